"""Few labels: what is a teacher worth when only a few examples are labelled?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from simulator.events import CellFinished, Conclusion
from simulator.experiments.base import PRUNING, Design, Experiment, Place, Quantities
from simulator.experiments.paired import certainty, change, compare, holm, series, share, significant
from simulator.figures.numbers import percent


def places(config: Design) -> list[Place]:
    """Control and distilled for each number of labels, with every seed."""
    return [
        ({"labels": labels, "student": student}, seed)
        for seed in config.all_seeds()
        for labels in config.values("labels")
        for student in ("control", "distilled")
    ]


def refusal(config: Design) -> str:
    """Refuse settings that leave no unlabelled examples."""
    most = max(int(n) for n in config.values("labels"))
    if most < config.base.train_examples:
        return ""
    return f"{most} labels leave nothing to the teacher: choose fewer than train_examples {config.base.train_examples}"


def trained_examples(config: Design) -> int:
    """Control and distilled of every cell: both take equally many steps."""
    return len(places(config)) * config.base.epochs * config.base.train_examples


def conclude(config: Design, cells: Sequence[CellFinished]) -> Conclusion:
    """Distilled against control at each number of labels."""
    counts = config.values("labels")
    alone = {n: series(cells, "accuracy", labels=n, student="control") for n in counts}
    helped = {n: series(cells, "accuracy", labels=n, student="distilled") for n in counts}
    gains = {n: {seed: helped[n][seed] - alone[n][seed] for seed in alone[n]} for n in counts}
    fewest, most = min(counts), max(counts)
    *tests, trend = holm(
        [
            *(compare(f"{n} labels", helped[n], alone[n]) for n in counts),
            compare(f"the gain at {fewest} labels against that at {most}", gains[fewest], gains[most]),
        ]
    )
    better = [t for t in tests if significant(t) and t.mean > 0]
    worse = [t for t in tests if significant(t) and t.mean < 0]
    sentences = []
    for n, test in zip(counts, tests, strict=True):
        sentences.append(
            f"With {n} labels: {share(alone[n])} alone, {share(helped[n])} with the teacher's answers on the rest "
            f"({change(test)}; {certainty(test)})."
        )
    shrinks = significant(trend) and trend.mean > 0
    if better:
        first = f"The teacher helped significantly at {' and '.join(t.name for t in better)}"
        if fewest != most:
            more = "and clearly" if shrinks else "but not clearly"
            first += f", {more} more at {fewest} labels than at {most} ({certainty(trend)})"
        first += "."
    else:
        first = "The expected advantage of the teacher did not show at any number of labels."
    if worse:
        first += f" It did harm at {' and '.join(t.name for t in worse)}."
    answer = ("more" if shrinks else "same") if better else "harm" if worse else "little"
    labelled_share = mean(mean(v.values()) for v in helped.values())
    sentences.append(f"Over all numbers of labels the taught students reach {percent(labelled_share)} on average.")
    return Conclusion(sentences=(first, *sentences), answer=answer, shown=bool(better), comparisons=(*tests, trend))


FEW_LABELS = Experiment(
    name="few_labels",
    title="Few labels",
    question="What is a teacher worth when only a few examples are labelled?",
    hypothesis="A lot: the teacher answers the unlabelled examples, and the student learns from all of them. The fewer "
    "labels there are, the more that helps.",
    predictions={
        "more": "The teacher helps, and most when labels are fewest",
        "same": "The teacher helps, but no more when labels are fewest",
        "harm": "The teacher clearly does harm, and helps nowhere",
        "little": "The teacher makes no clear difference",
    },
    look_for="The gap between the two lines from left to right. Both students take equally many steps. The teacher has "
    "seen all labels; the question is how much of that it can pass on.",
    paper="Hinton, Vinyals and Dean 2015, arXiv:1503.02531, section 6 (3 % of the speech data)",
    quantities=Quantities({"accuracy": "Test accuracy"}),
    axes={"labels": (50, 100, 200, 500)},
    settings={"student_size": 0.25, "epochs": 5},
    seeds=5,
    refusal=refusal,
    places=places,
    ignored=PRUNING,
    about="teacher",
    kept=("control", "distil"),
    trained_examples=trained_examples,
    conclude=conclude,
)
