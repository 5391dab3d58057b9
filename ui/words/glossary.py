"""The glossary, and short explanations with its entries behind a question mark."""

from __future__ import annotations

import streamlit as st

GLOSSARY = {
    "teacher": "The large model, trained on the data first.",
    "student": "The smaller model that should come close to the teacher.",
    "control": "The student trained without the teacher: same start, same number of steps and, where all "
    "labels are known, same batches.",
    "distilled": "The student trained by the chosen method: from the labels and the soft loss.",
    "pruned": "The distilled student with weights or channels removed in one step, not yet retrained.",
    "recovered": "The pruned student after retraining; what was pruned stays pruned. The schedule says when "
    "weights are removed during it: see Schedule.",
    "logits": "A model's raw scores, before softmax.",
    "soft targets": "softmax(teacher logits / T): the teacher's probabilities, softened.",
    "temperature": "T divides the logits before softmax. Higher is softer.",
    "alpha": "The weight of the soft loss; 1 - alpha weighs the hard loss. (Decoupled distillation leaves the hard "
    "loss at 1, as its paper does.)",
    "soft loss": "What the method adds to the loss on the labels. With soft targets, it is T² times the KL divergence "
    "from them: 0 when student and teacher agree.",
    "hard loss": "Cross-entropy with the true labels.",
    "KL divergence": "How far one distribution of probabilities is from another: 0 when they are equal.",
    "nats": "The unit of losses and entropies, which use natural logarithms. One nat is 1.44 bits.",
    "importance": "The score by which weights are ranked; the lowest go first.",
    "mask": "One number for each weight: 1 is kept, 0 is pruned.",
    "sparsity": "The measured fraction of zeros.",
    "MACs": "Multiply-adds of one forward pass. FLOPs are twice as many. Element-wise work is left out.",
    "latency": "The time one batch takes on this machine. It never follows from parameters or MACs alone.",
    "within noise": "The choice of test examples alone can make a difference this small.",
    "95 % interval": "A range for the true figure: of 100 intervals made this way, about 95 contain it.",
    "p": "How often chance alone would make a difference at least this large. A small p is evidence against "
    "chance; here, below 0.05 counts as clear.",
    "n": "How many test examples, or seeds, the figure rests on.",
    "seed": "The number that fixes everything random: the initial weights, the order of the examples. Another seed "
    "gives another student, so several seeds show how much is chance. The same seed gives the same student only on "
    "the same kind of processor, with the same number of threads and the same library versions.",
    "parameters": "The numbers a model stores, zeros included.",
    "Pareto front": "The variants that nothing beats: no other is at least as good in everything and better in one.",
    "entropy": "How undecided a distribution is, in nats: 0 when one class has all the probability, ln of "
    "the number of classes when all are equally likely (2.30 for ten).",
    "gradient": "How the loss changes with each trained number; training steps the opposite way.",
    "unstructured": "Single weights are removed, wherever they are.",
    "2:4": "Two of every four neighbouring weights are removed: a pattern that some GPUs can skip.",
    "structured": "Whole channels, heads or neurons are removed, and the layers get smaller.",
    "global": "One ranking over all layers: layers with low scores lose more.",
    "layer-wise": "One ranking for each layer: all layers lose the same share.",
}


CAVEATS = (
    "**Better or worse needs two things**: a 95 % interval without 0 and, with one seed, p below 0.05 in McNemar's "
    "exact test. With few test examples one can hold without the other: that is called within noise.",
    "**Zeros do not shrink the dense file.** A zero takes as many bytes as any other number; gzip finds them, a file "
    "without zeros leaves them out, and only structured pruning makes the dense file itself smaller.",
    "**Zeros do not save time here.** A dense matrix product multiplies by zero like by any other number.",
    "**MACs leave out** element-wise work: activations, normalisation, softmax. A multiply-add counts once; FLOPs "
    "would be twice as many.",
    "**Latency belongs to one machine** and one number of threads. Another processor may rank variants differently.",
)


def explain(text: str, *terms: str) -> None:
    """Show a short explanation, with the glossary's entries for its terms behind a question mark."""
    st.caption(text, help=entries(*terms) or None)


def entries(*terms: str) -> str:
    """Return the glossary's entries for some terms, as the text behind a question mark."""
    return "\n\n".join(f"**{term}**: {GLOSSARY[term]}" for term in terms)
