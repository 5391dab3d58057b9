"""One shot or step by step: is it better to remove weights at once, in rounds, or bit by bit?"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.catalog.pruning import SCHEDULES
from simulator.events import CellFinished, Comparison, Conclusion
from simulator.experiments.base import (
    Design,
    Experiment,
    Place,
    Quantities,
    examples_of_shared_distillations,
    refusal_of_fixed_sparsity,
)
from simulator.experiments.paired import certainty, change, compare, holm, series, share, significant
from simulator.figures.numbers import whole_percent

AT_ONCE = "one_shot"


def places(config: Design) -> list[Place]:
    """A student for each schedule and each sparsity, with every seed."""
    return [
        ({"target_sparsity": sparsity, "schedule": schedule}, seed)
        for seed in config.all_seeds()
        for sparsity in config.values("target_sparsity")
        for schedule in config.values("schedule")
    ]


def refusal(config: Design) -> str:
    """Refuse schedules that cannot be compared."""
    schedules = config.values("schedule")
    if AT_ONCE not in schedules or len(schedules) < 2:
        return f"schedule {', '.join(map(str, schedules))}: choose {AT_ONCE} and at least one other to compare it with"
    if longer := [name for name in map(str, schedules) if SCHEDULES[name].trains_again]:
        return f"schedule {longer[0]} trains from the start, for longer: choose {AT_ONCE}, iterative, cubic"
    return refusal_of_fixed_sparsity(config)


def conclude(config: Design, cells: Sequence[CellFinished]) -> Conclusion:
    """Each schedule against one shot, at each sparsity."""
    sparsities = config.values("target_sparsity")
    others = [schedule for schedule in config.values("schedule") if schedule != AT_ONCE]
    got = {
        (s, way): series(cells, "accuracy", target_sparsity=s, schedule=way)
        for s in sparsities
        for way in (AT_ONCE, *others)
    }
    pairs = [(s, way) for s in sparsities for way in others]
    tests = holm([compare(f"{way} at {whole_percent(float(s))}", got[s, way], got[s, AT_ONCE]) for s, way in pairs])
    better = [t for t in tests if significant(t) and t.mean > 0]
    worse = [t for t in tests if significant(t) and t.mean < 0]
    sentences = [_first(better, worse)]
    for s in sparsities:
        of_others = [
            f"{way} {share(got[s, way])} ({change(test)}; {certainty(test)})"
            for (at, way), test in zip(pairs, tests, strict=True)
            if at == s
        ]
        cut = series(cells, "pruned", target_sparsity=s, schedule=AT_ONCE)
        sentences.append(
            f"At {whole_percent(float(s))} zeros: {AT_ONCE} {share(got[s, AT_ONCE])}, {', '.join(of_others)}. Just "
            f"pruned at once, before any recovery, it was {share(cut)}."
        )
    whole = series(cells, "unpruned", target_sparsity=sparsities[0], schedule=AT_ONCE)
    sentences.append(f"The student before pruning has {share(whole)}. {_steps(cells)}")
    answer = "mixed" if better and worse else "steps" if better else "at_once" if worse else "same"
    return Conclusion(sentences=tuple(sentences), answer=answer, shown=answer == "steps", comparisons=tuple(tests))


def _first(better: Sequence[Comparison], worse: Sequence[Comparison]) -> str:
    won, lost = (" and ".join(test.name for test in tests) for tests in (better, worse))
    if better and worse:
        return f"It depends. Significantly better than one shot: {won}. Significantly worse: {lost}."
    if better:
        return f"Step by step was significantly better than one shot: {won}."
    if worse:
        return f"There was no sign of the expected advantage; one shot was significantly better than {lost}."
    return "There was no sign that step by step beats one shot: every difference may be chance."


def _steps(cells: Sequence[CellFinished]) -> str:
    steps = sorted({round(cell.values["steps"]) for cell in cells})
    if len(steps) == 1:
        return f"From there, all of them took {steps[0]} optimiser steps, as counted in the cells."
    return f"From there, they took unequal numbers of optimiser steps: {steps[0]} to {steps[-1]}."


STEP_BY_STEP = Experiment(
    name="step_by_step",
    title="One shot or step by step?",
    question="Is it better to remove 90 % of the weights at once, in rounds, or bit by bit?",
    hypothesis="Step by step: the student adapts to each loss before the next, and weights are ranked anew on the way. "
    "The sparser the student becomes, the more this is worth.",
    predictions={
        "steps": "Step by step (iterative or cubic) is clearly better",
        "at_once": "One shot is clearly better",
        "mixed": "Some are clearly better than one shot and some clearly worse",
        "same": "No clear difference",
    },
    look_for="Three lines that start from the same distilled students. All then take equally many optimiser steps: "
    "one shot spends them all on recovery at the full sparsity, the others spend most of them on the way there.",
    paper=f"{SCHEDULES['iterative'].title}: Han, Pool, Tran and Dally 2015, arXiv:1506.02626, section 3; "
    f"{SCHEDULES['cubic'].title.lower()}: Zhu and Gupta 2017, arXiv:1710.01878, section 3",
    quantities=Quantities(
        {
            "accuracy": "Test accuracy after recovery",
            "pruned": "Test accuracy, just pruned at once",
            "unpruned": "Test accuracy, not pruned",
            "zeros": "Zeros",
            "nonzero": "Non-zero parameters",
            "steps": "Optimiser steps after the distillation",
        },
        plain=("nonzero", "steps"),
    ),
    axes={"target_sparsity": (0.9, 0.95), "schedule": (AT_ONCE, "iterative", "cubic")},
    settings={"student_size": 0.25, "epochs": 10, "recovery_epochs": 6, "target_sparsity": 0.9},
    seeds=5,
    cell_seconds=0.7,
    refusal=refusal,
    places=places,
    trained_examples=examples_of_shared_distillations,
    kept=("distil",),
    conclude=conclude,
)
