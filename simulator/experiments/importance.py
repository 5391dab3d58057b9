"""Does importance matter: does it matter which weights are removed, or would a random choice do?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from simulator.events import CellFinished, Comparison, Conclusion
from simulator.experiments.base import (
    AxisValue,
    Design,
    Experiment,
    Place,
    Quantities,
    examples_of_shared_distillations,
    refusal_of_fixed_sparsity,
)
from simulator.experiments.paired import averaged, certainty, change, compare, holm, series, share, significant
from simulator.figures.numbers import bare_percent, percent, whole_percent

BASELINE = "random"
MOMENTS = {"pruned": "just pruned", "accuracy": "after recovery"}
"""Name of a cell's value -> when it was measured."""


def places(config: Design) -> list[Place]:
    """A student for each importance and each sparsity, with every seed."""
    return [
        ({"importance": importance, "target_sparsity": sparsity}, seed)
        for seed in config.all_seeds()
        for sparsity in config.values("target_sparsity")
        for importance in config.values("importance")
    ]


def refusal(config: Design) -> str:
    """Refuse settings without the random baseline, or without recovery."""
    importances = config.values("importance")
    if BASELINE not in importances or len(importances) < 2:
        return f"importance {', '.join(map(str, importances))}: choose {BASELINE}, the control, and at least one other"
    if not config.base.recovery_epochs:
        return "recovery_epochs is 0: choose at least 1, to see how much recovery makes up for"
    return refusal_of_fixed_sparsity(config)


def conclude(config: Design, cells: Sequence[CellFinished]) -> Conclusion:
    """Each importance against the random baseline, over all sparsities, just pruned and after recovery."""
    sparsities, importances = config.values("target_sparsity"), tuple(map(str, config.values("importance")))
    ranked = [importance for importance in importances if importance != BASELINE]
    over = {
        (moment, importance): averaged(
            [series(cells, moment, importance=importance, target_sparsity=s) for s in sparsities]
        )
        for moment in MOMENTS
        for importance in importances
    }
    pairs = [(moment, i, BASELINE) for moment in MOMENTS for i in ranked]
    pairs += [("accuracy", i, ranked[0]) for i in ranked[1:]]
    tests = holm([compare(f"{i} against {j}, {MOMENTS[m]}", over[m, i], over[m, j]) for m, i, j in pairs])
    found = dict(zip(pairs, tests, strict=True))
    against_baseline = {moment: [found[moment, i, BASELINE] for i in ranked] for moment in MOMENTS}
    before, after = ([t for t in against_baseline[m] if significant(t) and t.mean > 0] for m in MOMENTS)
    worse = [t.name for m in MOMENTS for t in against_baseline[m] if significant(t) and t.mean < 0]
    sentences = [_first(before, after) + (f" Significantly worse: {'; '.join(worse)}." if worse else "")]
    sentences += [
        f"{moment.capitalize()}, averaged over all sparsities: {BASELINE} {share(over[value, BASELINE])}; "
        + "; ".join(_against(i, over[value, i], found[value, i, BASELINE]) for i in ranked)
        + "."
        for value, moment in MOMENTS.items()
    ]
    if ranked[1:]:
        among = [f"{i} {_points(found['accuracy', i, ranked[0]])}" for i in ranked[1:]]
        sentences.append(f"Among the rankings, after recovery and compared with {ranked[0]}: {'; '.join(among)}.")
    sentences += [_at(cells, s, importances) for s in sparsities]
    answer = "after" if after else "before" if before else "worse" if worse else "no"
    return Conclusion(sentences=tuple(sentences), answer=answer, shown=bool(after), comparisons=tuple(tests))


def _at(cells: Sequence[CellFinished], sparsity: AxisValue, importances: Sequence[str]) -> str:
    """The means at one sparsity, which are not tested."""
    middles = [
        [mean(series(cells, value, importance=i, target_sparsity=sparsity).values()) for value in MOMENTS]
        for i in importances
    ]
    written = [
        f"{i} {bare_percent(before)} and {percent(after)}"
        for i, (before, after) in zip(importances, middles, strict=True)
    ]
    return f"At {whole_percent(float(sparsity))}, just pruned and after recovery: {', '.join(written)}."


def _first(before: Sequence[Comparison], after: Sequence[Comparison]) -> str:
    if after:
        names = " and ".join(test.name.partition(" against ")[0] for test in after)
        first = "" if before else ", though just after pruning no advantage showed"
        return f"Importance matters: after recovery {names} beat the random baseline significantly{first}."
    if before:
        names = " and ".join(test.name.partition(" against ")[0] for test in before)
        return (
            f"Just after pruning, {names} beat the random baseline significantly. After recovery this advantage did "
            "not show any more: the students made up for a bad choice of weights."
        )
    return (
        "The expected advantage of ranking over the random baseline did not show, either just after pruning or after "
        "recovery."
    )


def _against(importance: object, values: dict[int, float], test: Comparison) -> str:
    return f"{importance} {share(values)}, {_points(test)}"


def _points(test: Comparison) -> str:
    return f"{change(test)} ({certainty(test)})"


IMPORTANCE = Experiment(
    name="importance",
    title="Does importance matter?",
    question="Does it matter which weights are removed, or would any do?",
    hypothesis="It matters: weights that are large, or that affect the loss or the layer's output, are worth more "
    "than others. The sparser the student, the more this matters; recovery makes up for part of it.",
    predictions={
        "after": "Ranking beats the random baseline, after recovery too",
        "before": "Ranking beats the random baseline at first, but recovery makes up for it",
        "worse": "A ranking is clearly worse than the random baseline, and none is clearly better",
        "no": "No clear difference, not even before recovery",
    },
    look_for="How far the line of random is below the others: just after pruning, and again after recovery. Every "
    "layer loses the same share, so that only the choice of weights within a layer differs.",
    paper="The random baseline: Blalock et al. 2020, arXiv:2003.03033; Taylor: Molchanov et al. 2019, "
    "arXiv:1906.10771; Wanda: Sun et al. 2023, arXiv:2306.11695",
    quantities=Quantities(
        {
            "accuracy": "Test accuracy after recovery",
            "pruned": "Test accuracy, just pruned",
            "unpruned": "Test accuracy, not pruned",
            "zeros": "Zeros",
            "nonzero": "Non-zero parameters",
        },
        plain=("nonzero",),
    ),
    axes={
        "target_sparsity": (0.5, 0.7, 0.8, 0.9, 0.95),
        "importance": ("magnitude", "taylor", "wanda", BASELINE),
    },
    settings={"student_size": 0.25, "epochs": 8, "recovery_epochs": 2, "scope": "layer_wise"},
    seeds=5,
    cell_seconds=1.4,
    refusal=refusal,
    places=places,
    ignored=("schedule", "rounds"),
    trained_examples=examples_of_shared_distillations,
    kept=("distil",),
    conclude=conclude,
)
