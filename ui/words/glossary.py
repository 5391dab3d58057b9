"""The course's words, and short explanations with their meaning behind a question mark."""

from __future__ import annotations

import streamlit as st

GLOSSARY = {
    "teacher": "The large model, trained on the data first.",
    "student": "The smaller model that should come close to the teacher.",
    "control": "The student trained without the teacher: same start, same batches, same number of steps.",
    "distilled": "The student trained by the chosen method: from the labels and the soft loss.",
    "pruned": "The distilled student with weights or channels removed at once, not yet retrained.",
    "recovered": "The pruned student after its training; what was pruned stays pruned. Its schedule says how it "
    "came about: see Schedule.",
    "logits": "A model's raw scores, before softmax.",
    "soft targets": "softmax(teacher logits / T): the teacher's probabilities, softened.",
    "temperature": "T divides the logits before softmax. Higher is softer.",
    "alpha": "The weight of the soft loss; 1 - alpha weighs the hard loss. (Decoupled distillation leaves the hard "
    "loss at 1, as its paper does.)",
    "soft loss": "What the method adds to the labels. Of soft targets: T² times the KL divergence from them, 0 when "
    "student and teacher agree.",
    "hard loss": "Cross-entropy with the true labels.",
    "KL divergence": "How far one distribution of probabilities is from another: 0 when they are equal.",
    "nats": "The unit of losses and entropies: logarithms are natural. One nat is 1.44 bits.",
    "importance": "The score by which weights are ranked; the lowest go first.",
    "mask": "One number a weight: 1 is kept, 0 is pruned.",
    "sparsity": "The measured fraction of zeros.",
    "MACs": "Multiply-adds of one forward pass. FLOPs are twice as many. Element-wise work is left out.",
    "latency": "The time one batch takes on this machine. It never follows from parameters or MACs alone.",
    "within noise": "A difference this small also comes about by the choice of test examples.",
    "95 % interval": "Where the true figure may well lie: made like this, 95 of 100 such intervals hold it.",
    "p": "How often chance alone would make a difference at least this large. Small speaks against chance; below 0.05 "
    "counts as clear here.",
    "n": "How many test examples, or seeds, the figure rests on.",
    "seed": "The number that fixes what is drawn at random: first weights, order of the examples. Another seed is "
    "another student, so several show what is chance. The same seed gives the same student again only on the same kind "
    "of processor, with as many threads and the same library versions.",
    "parameters": "The numbers a model stores, zeros included.",
    "Pareto front": "The variants that nothing beats: no other is at least as good in everything and better in one.",
    "entropy": "How undecided a distribution is, in nats: 0 when one class has everything, ln of the number of "
    "classes when all are equal (2.30 for ten).",
    "gradient": "How the loss changes with each number that is trained; training goes the opposite way.",
    "unstructured": "Single weights go, wherever they stand.",
    "2:4": "Two of every four neighbouring weights go: a pattern that some GPUs can skip.",
    "structured": "Whole channels, heads or neurons go, and the layers get smaller.",
    "global": "One ranking over all layers: those with low scores lose more.",
    "layer-wise": "A ranking for each layer: all lose the same share.",
}


CAVEATS = (
    "**Better or worse needs two things**: a 95 % interval without 0 and, with one seed, p below 0.05 in McNemar's "
    "exact test. With few test examples one can hold without the other: that is called within noise.",
    "**Zeros do not shrink the dense file.** A zero takes as many bytes as any other number; gzip finds them, a file "
    "without zeros leaves them out, and only structured pruning makes the dense file itself smaller.",
    "**Zeros do not save time here.** A dense matrix product multiplies by zero like by any other number.",
    "**MACs leave out** element-wise work: activations, normalisation, softmax. A multiply-add counts once; FLOPs "
    "would be twice as many.",
    "**Latency is this machine's**, with a fixed number of threads. Another processor may rank the variants otherwise.",
)


def explain(text: str, *terms: str) -> None:
    """A short explanation, with the glossary's entries for its terms behind the question mark."""
    st.caption(text, help=entries(*terms) or None)


def entries(*terms: str) -> str:
    """The glossary's entries for some terms, as they stand behind a question mark."""
    return "\n\n".join(f"**{term}**: {GLOSSARY[term]}" for term in terms)
