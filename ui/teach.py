"""Words for students: the glossary, short explanations, the code as it runs, where numbers come from, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from simulator import words
from simulator.config import RunConfig
from simulator.distillation_catalog import METHODS
from simulator.events import Measurement, Provenance, Variant
from simulator.sources import source_of
from simulator.statistics import by_variant, intervals_overlap, majority_share, spread, verdict
from simulator.store import Run
from ui.guard import code_span, literal

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


def about_method(method: str) -> None:
    """What a method does, and where it comes from."""
    known = METHODS[method]
    st.caption(known.help, help=f"Source: {known.paper}")


def loss_formula(config: RunConfig) -> None:
    """The distillation loss with the numbers that the sliders hold."""
    st.markdown(
        f"Loss = **{config.alpha:g}** · soft loss + **{weight_of_labels(config):.2g}** · hard loss",
        help="Alpha weighs the soft loss; the hard loss is cross-entropy with the labels." + warm_up_words(config),
    )
    formula = f"soft loss = {soft_formula(config)}"
    explain(formula, *(["KL divergence"] if "KL" in formula else []))


def loss_words(config: RunConfig) -> str:
    """The same formula in a sentence, for where nothing can be touched."""
    weights = f"Loss = {config.alpha:g} · soft loss + {weight_of_labels(config):.2g} · hard loss"
    return f"{weights}, with soft loss = {soft_formula(config)}.{warm_up_words(config)}"


def weight_of_labels(config: RunConfig) -> float:
    """What the hard loss is multiplied by."""
    return METHODS[config.method].weight_of_labels(config.alpha)


def warm_up_words(config: RunConfig) -> str:
    """How the soft loss's weight begins, where that is not with alpha."""
    share = METHODS[config.method].warm_up
    return f" Alpha rises from 0 over the first {words.percent(share)} of the steps." if share else ""


def soft_formula(config: RunConfig) -> str:
    """The method's soft loss with the numbers of these settings."""
    return SOFT_LOSSES[config.method].format(T=f"{config.temperature:g}", beta=f"{config.beta:g}")


_KD = "{T}² · KL(teacher at T={T} ‖ student at T={T})"
SOFT_LOSSES = {
    "kd": _KD,
    "dkd": "{T}² · (KL of true class against the rest + {beta} · KL among the wrong classes), at T={T}",
    "dist": "{T}² · (2 - correlation within examples - correlation within classes), at T={T}",
    "reverse_kl": "{T}² · KL(student at T={T} ‖ teacher at T={T})",
    "rkd": "25 · difference of distances + 50 · difference of angles, between the batch's features",
    "hint": _KD + " + ½ · (projected middle layer - teacher's)²",
    "attention": _KD + " + difference of attention",
    "cosine": _KD + " + ⅕ · (1 - cosine of last features)",
    "label_smoothing": "cross-entropy with all classes equally likely",
}


def show_loss(method: str) -> None:
    """The loss exactly as it runs: the method's own function, and how it is blended with the hard loss."""
    own = "feature_losses" if METHODS[method].compares_features else "methods"
    sources = [("engine/distillation/losses.py", name) for name in ("soft_loss", "distillation_loss")]
    _show_sources("Show the loss as it runs", [(f"engine/distillation/{own}.py", method), *sources])


def show_code(title: str, path: str, *functions: str, opened: bool = False) -> None:
    """Functions of one file exactly as they run; unless ``opened``, folded away until someone asks."""
    _show_sources(title, [(path, function) for function in functions], opened)


def _show_sources(title: str, sources: Sequence[tuple[str, str]], opened: bool = False) -> None:
    with st.expander(title, icon=":material/code:", expanded=opened):
        files = " and ".join(dict.fromkeys(f"simulator/{path}" for path, _ in sources))
        st.caption(f"From {files}: this is the code that runs, not a copy.")
        st.code(
            "\n\n\n".join(source_of(path, function) for path, function in sources), language="python", wrap_lines=True
        )


def provenance_badge(provenance: Provenance | None, run: Run, compact: bool = False) -> None:
    """Where the numbers come from: weights, machine, day; unless ``compact``, the details behind a click."""
    if provenance is None:
        st.caption("This run has not said yet where its weights come from.")
        return
    p = provenance
    device = literal(p.device.translate({ord("["): "(", ord("]"): ")"}))  # badges escape these again, and so free them
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if run.origin == "recorded":
            st.badge(
                f"recorded on {device}, {words.day(p.recorded_at)}",
                icon=":material/inventory_2:",
                color="violet",
            )
        else:
            st.badge(f"measured on {device}, {words.day(p.recorded_at)}", icon=":material/speed:", color="blue")
        if run.origin == "imported":
            st.badge("imported from a file", icon=":material/upload_file:", color="gray")
        if p.source == "pretrained":
            st.badge("teacher from published weights", icon=":material/verified:", color="green")
        else:
            st.badge("teacher trained from scratch", icon=":material/construction:", color="orange")
    if compact:
        return
    if p.notice:
        st.caption(literal(p.notice))
    with st.expander("Where these numbers come from", icon=":material/fingerprint:"):
        st.markdown("\n".join(f"- **{name}:** {value}" for name, value in provenance_facts(p, run).items()))


def provenance_facts(p: Provenance, run: Run) -> dict[str, str]:
    """Where the numbers come from, name -> what (Markdown)."""
    versions = literal(", ".join(f"{name} {version}" for name, version in p.versions.items()))
    repository = literal(p.repository)
    weights = f"pretrained, {repository}" + (f" at {code_span(p.revision)}" if p.revision else "")
    if p.source == "scratch":
        weights = f"random from seed {p.seed}, which is the teacher's own; built like {repository}"
    teacher = "kept from an earlier run" if p.teacher_was_cached else "trained in this run"
    if p.teacher_damage:
        teacher += f" since the one that was kept is damaged ({literal(p.teacher_damage)})"
    precision = f", matrix products in {p.precision}" if p.precision else ""
    return {
        "Run": f"`{run.id}`, the student's seed is {run.settings.seed}",
        "Weights": weights,
        "SHA-256": code_span(p.sha256) if p.sha256 else "none: no weights file was loaded",
        "Data": code_span(p.data),
        "Teacher": f"{code_span(p.teacher)}, {teacher}",
        "Machine": f"{literal(p.device)}, {p.threads} threads{precision}",
        "Versions": versions,
    }


# -- findings, computed from the measurements


NO_ANSWERS = (
    "This run has no stored answers (it is of an earlier version), so the variants are compared by their intervals, "
    "not example by example."
)


def findings(
    measurements: Sequence[Measurement], labels: Sequence[int], averages_estimated: Sequence[Variant] = ()
) -> list[str]:
    """What the run shows, in sentences made from its numbers; nothing that was not measured.

    Args:
        labels: The class of every test example; empty in runs of earlier versions.
        averages_estimated: The variants for which batch norm's averages were estimated anew.
    """
    by_name = by_variant(measurements)
    compared: tuple[tuple[Variant, Variant, str, str], ...] = (
        ("distilled", "control", "The distilled student", "the control"),
        ("pruned", "distilled", "After pruning the student", "before"),
        ("recovered", "pruned", "After recovery it", "just after pruning"),
    )
    said = [
        _difference(by_name[new], by_name[old], labels, subject, reference)
        for new, old, subject, reference in compared
        if new in by_name and old in by_name
    ]
    said = _like_guessing(by_name) + said + _what_was_removed(by_name)
    if "teacher" in by_name and len(by_name) > 1:
        said.append(_against_teacher(by_name, labels))
    if said and verdict(measurements[:1], measurements[:1], labels) is None:
        said.append(NO_ANSWERS)
    seeds = max((len(ms) for ms in by_name.values()), default=1)
    if seeds > 1:
        said.append(_SEEDS.format(seeds=seeds))
    if averages_estimated:
        said.append(words.averages_estimated(averages_estimated))
    return said


def _like_guessing(by_name: Mapping[Variant, Sequence[Measurement]]) -> list[str]:
    """Variants that are not shown to do better than naming the most frequent class each time."""
    guessing = [name for name, ms in by_name.items() if all(m.accuracy_interval[0] <= majority_share(m) for m in ms)]
    if not guessing:
        return []
    share = words.percent(majority_share(by_name[guessing[0]][0]))
    return [
        f"**{', '.join(guessing)}: no better than guessing** (always naming the most frequent class is right in "
        f"{share}). How small or fast such a model is means little; train longer, or remove less."
    ]


def _what_was_removed(by_name: Mapping[Variant, Sequence[Measurement]]) -> list[str]:
    """What pruning took, of what it may touch and of everything."""
    if "pruned" not in by_name or "distilled" not in by_name:
        return []
    pruned, distilled = by_name["pruned"], by_name["distilled"]
    gone = [1 - after.parameters / before.parameters for after, before in zip(pruned, distilled, strict=False)]
    if max(gone) > 0:
        share = words.over_seeds(gone, words.percent)
        return [f"Pruning cut out {share} of the parameters: the layers are smaller, and none of what is left is zero."]
    if pruned[0].prunable_sparsity - pruned[0].sparsity < 0.005:
        return []
    prunable, of_all = (
        words.over_seeds(zeros, words.percent)
        for zeros in ([m.prunable_sparsity for m in pruned], [m.sparsity for m in pruned])
    )
    return [
        f"{prunable} of the weights that pruning may touch are zero, which is {of_all} of all parameters: the others "
        "(any of embeddings, norms, biases, classifier) were left alone."
    ]


_SEEDS = (
    "Figures are means over {seeds} seeds with one teacher; \N{PLUS-MINUS SIGN} is the standard deviation over the "
    "seeds, and a figure without it was the same for each. The intervals of differences come from drawing test "
    "examples anew, each with all its seeds."
)


def _difference(
    new: Sequence[Measurement], old: Sequence[Measurement], labels: Sequence[int], subject: str, reference: str
) -> str:
    now, before = (words.over_seeds([m.accuracy for m in ms], words.percent) for ms in (new, old))
    return f"{subject} is right in **{now}**, {reference} in **{before}** ({_judged(new, old, labels)})."


def _against_teacher(by_name: Mapping[Variant, Sequence[Measurement]], labels: Sequence[int]) -> str:
    teacher = by_name["teacher"]
    parts = [f"{name} {_judged(ms, teacher, labels)}" for name, ms in by_name.items() if name != "teacher"]
    return f"Against the teacher ({words.percent(teacher[0].accuracy)}): {'; '.join(parts)}."


def _judged(new: Sequence[Measurement], old: Sequence[Measurement], labels: Sequence[int]) -> str:
    """The difference in points and whether it is more than noise."""
    judged = verdict(new, old, labels)
    if judged is not None:
        between = words.between(*judged.interval)
        said = f"{words.points(judged.points)} points, 95 % interval {between}: **{words.verdict(judged)}**"
        low, high = judged.interval
        doubt = judged.outcome == "within noise" and (low > 0 or high < 0)
        return said + (" (the interval leaves 0 out, but p is not below 0.05)" if doubt else "")
    points = words.points(100 * (spread([m.accuracy for m in new]).mean - spread([m.accuracy for m in old]).mean))
    if new[0].accuracy == old[0].accuracy:
        return f"{points} points: no difference on these examples"
    if intervals_overlap(new[0], old[0]):
        return f"{points} points: with {new[0].test_examples} test examples this may be chance"
    return f"{points} points: the 95 % intervals do not overlap"
