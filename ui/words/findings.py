"""Sentences about what a run shows, computed from its measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.events import Measurement, Variant
from simulator.experiments.allocation import Check
from simulator.figures import numbers
from simulator.figures.statistics import by_variant, intervals_overlap, majority_share, spread, verdict

NO_ANSWERS = (
    "This run has no stored answers (it is from an earlier version), so the variants are compared by their intervals, "
    "not example by example."
)


def findings(
    measurements: Sequence[Measurement], labels: Sequence[int], averages_estimated: Sequence[Variant] = ()
) -> list[str]:
    """Describe what the run shows, using only numbers that were measured.

    Args:
        labels: The class of every test example; empty in runs of earlier versions.
        averages_estimated: The variants whose batch norm averages were re-estimated.
    """
    by_name = by_variant(measurements)
    compared: tuple[tuple[Variant, Variant, str, str], ...] = (
        ("distilled", "control", "The distilled student", "the control"),
        ("pruned", "distilled", "After pruning, the student", "before pruning"),
        ("recovered", "pruned", "After recovery, it", "just after pruning"),
    )
    sentences = [
        _difference(by_name[new], by_name[old], labels, subject, reference)
        for new, old, subject, reference in compared
        if new in by_name and old in by_name
    ]
    sentences = _like_guessing(by_name) + sentences + _what_was_removed(by_name)
    if "teacher" in by_name and len(by_name) > 1:
        sentences.append(_against_teacher(by_name, labels))
    if sentences and verdict(measurements[:1], measurements[:1], labels) is None:
        sentences.append(NO_ANSWERS)
    seeds = max((len(ms) for ms in by_name.values()), default=1)
    if seeds > 1:
        sentences.append(_SEEDS.format(seeds=seeds))
    if averages_estimated:
        sentences.append(numbers.averages_estimated(averages_estimated))
    return sentences


def is_guessing(ms: Sequence[Measurement]) -> bool:
    """Whether a variant, with every seed, is not shown to beat always naming the most frequent class."""
    return all(m.accuracy_interval[0] <= majority_share(m) for m in ms)


def _like_guessing(by_name: Mapping[Variant, Sequence[Measurement]]) -> list[str]:
    """Name the variants that are not shown to beat always naming the most frequent class."""
    guessing = [name for name, ms in by_name.items() if is_guessing(ms)]
    if not guessing:
        return []
    share = numbers.percent(majority_share(by_name[guessing[0]][0]))
    return [
        f"**{', '.join(guessing)}: no better than guessing** (always naming the most frequent class is correct for "
        f"{share} of the examples). How small or fast such a model is means little; train longer, or remove less."
    ]


def _what_was_removed(by_name: Mapping[Variant, Sequence[Measurement]]) -> list[str]:
    """Say what pruning removed: from the weights that it may touch, and from all parameters."""
    if "pruned" not in by_name or "distilled" not in by_name:
        return []
    pruned, distilled = by_name["pruned"], by_name["distilled"]
    gone = [1 - after.parameters / before.parameters for after, before in zip(pruned, distilled, strict=False)]
    if max(gone) > 0:
        share = numbers.over_seeds(gone, numbers.percent)
        return [
            f"Pruning cut out {share} of the parameters: the layers are smaller, and no remaining parameter is zero."
        ]
    if pruned[0].prunable_sparsity - pruned[0].sparsity < 0.005:
        return []
    prunable, of_all = (
        numbers.over_seeds(zeros, numbers.percent)
        for zeros in ([m.prunable_sparsity for m in pruned], [m.sparsity for m in pruned])
    )
    return [
        f"{prunable} of the weights that pruning may touch are zero, which is {of_all} of all parameters: the others "
        "(any of embeddings, norms, biases, classifier) were left alone."
    ]


_SEEDS = (
    "Figures are means over {seeds} seeds with one teacher; \N{PLUS-MINUS SIGN} is the standard deviation over the "
    "seeds, and a figure without it was the same for every seed. The intervals of differences come from resampling "
    "the test examples, each with all its seeds."
)


def _difference(
    new: Sequence[Measurement], old: Sequence[Measurement], labels: Sequence[int], subject: str, reference: str
) -> str:
    now, before = (numbers.over_seeds([m.accuracy for m in ms], numbers.percent) for ms in (new, old))
    correct = f"{subject} answers **{now}** of the test examples correctly, {reference} **{before}**"
    return f"{correct} ({_judged(new, old, labels)})."


def _against_teacher(by_name: Mapping[Variant, Sequence[Measurement]], labels: Sequence[int]) -> str:
    teacher = by_name["teacher"]
    parts = [f"{name} {_judged(ms, teacher, labels)}" for name, ms in by_name.items() if name != "teacher"]
    return f"Against the teacher ({numbers.percent(teacher[0].accuracy)}): {'; '.join(parts)}."


def _judged(new: Sequence[Measurement], old: Sequence[Measurement], labels: Sequence[int]) -> str:
    """State the difference in points, and whether it is more than noise."""
    judged = verdict(new, old, labels)
    if judged is not None:
        between = numbers.between(*judged.interval)
        text = f"{numbers.points(judged.points)} points, 95 % interval {between}: **{numbers.verdict(judged)}**"
        low, high = judged.interval
        doubt = judged.outcome == "within noise" and (low > 0 or high < 0)
        return text + (" (the interval excludes 0, but p is not below 0.05)" if doubt else "")
    points = numbers.points(100 * (spread([m.accuracy for m in new]).mean - spread([m.accuracy for m in old]).mean))
    if new[0].accuracy == old[0].accuracy:
        return f"{points} points: no difference on these examples"
    if intervals_overlap(new[0], old[0]):
        return f"{points} points: with {new[0].test_examples} test examples this may be chance"
    return f"{points} points: the 95 % intervals do not overlap"


def prediction_checked(found: Check) -> str:
    """Compare what a sensitivity scan predicted with what a run by hand measured."""
    seeds = f", mean of {found.seeds} seeds" if found.seeds > 1 else ""
    return (
        f"Pruned by hand, before retraining: the sensitivity scan predicted "
        f"**{numbers.points(-found.predicted)}** points (validation examples), the run measured "
        f"**{numbers.points(-found.measured)}** (n = {found.test_examples} test examples{seeds})."
    )
