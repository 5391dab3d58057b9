"""The missing digit: can a student learn a class it has never seen, from the teacher's soft targets alone?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from simulator.events import CellFinished, Conclusion, Coordinates
from simulator.experiments.base import PRUNING, AxisValue, Design, Experiment, Place, Quantities
from simulator.experiments.paired import certainty, compare, holm, series, share, significant
from simulator.figures.numbers import percent, setting

MISSING = 3
PAPER_SHARE = 0.986
"""Of the test threes, after the bias was corrected: Hinton, Vinyals and Dean 2015, section 3, on MNIST."""

CONTROL: Coordinates = {"student": "control"}
HALF = 0.5


def taught(temperature: AxisValue) -> Coordinates:
    """The coordinates of the student that was taught at a temperature."""
    return {"student": "distilled", "temperature": temperature}


def places(config: Design) -> list[Place]:
    """The control and a student for each temperature, with every seed."""
    kinds = [CONTROL, *(taught(t) for t in config.values("temperature"))]
    return [(kind, seed) for seed in config.all_seeds() for kind in kinds]


def trained_examples(config: Design) -> int:
    """Nine tenths of the examples: the rest show the missing digit."""
    return len(places(config)) * config.base.epochs * config.base.train_examples * 9 // 10


def conclude(config: Design, cells: Sequence[CellFinished]) -> Conclusion:
    """The share of threes that each student recognised, against the control, and beside the paper's figure."""
    alone = series(cells, "threes_after", **CONTROL)
    temperatures = tuple(map(float, config.values("temperature")))
    found = {t: series(cells, "threes_after", **taught(t)) for t in temperatures}
    before = {t: series(cells, "threes_before", **taught(t)) for t in temperatures}
    tests = holm([compare(f"T = {setting(t)} against no teacher", found[t], alone) for t in temperatures])
    best = max(temperatures, key=lambda t: mean(found[t].values()))
    test = tests[temperatures.index(best)]
    shown = significant(test) and test.mean > 0
    middle = mean(found[best].values())
    sentences = [
        f"At the best of the temperatures, T = {setting(best)}, a student that never saw a {MISSING} recognises "
        f"{share(found[best])} of the test threes after its bias was corrected; before, {share(before[best])}.",
        f"Without a teacher it is {share(alone)} after the same correction. "
        + (
            f"So the soft targets carried the {MISSING}: {certainty(test)}, corrected for {len(tests)} temperatures."
            if shown
            else f"The expected advantage of the teacher did not show: {certainty(test)}."
        ),
        "By temperature, after the correction: "
        + ", ".join(f"T = {setting(t)} {percent(mean(found[t].values()))}" for t in temperatures)
        + ".",
        f"The paper reports {percent(PAPER_SHARE)} on MNIST, with other networks and 60,000 training pictures: "
        + ("here it is more." if middle > PAPER_SHARE else "here it is less." if middle < PAPER_SHARE else "the same."),
    ]
    answer = "none" if not shown else "most" if middle >= HALF else "some"
    return Conclusion(sentences=tuple(sentences), answer=answer, shown=shown, comparisons=tuple(tests))


MISSING_DIGIT = Experiment(
    name="missing_digit",
    title="The missing digit",
    question="Can a student recognise a digit, the 3, that it has never seen?",
    hypothesis="Yes, most of the time: the teacher's soft targets on the other digits say how much each of them looks "
    "like a 3. The student's bias against the 3 is too strong and has to be corrected first.",
    predictions={
        "none": "No more threes than a student without a teacher",
        "some": "More than without a teacher, but fewer than half",
        "most": "More than half of the threes",
    },
    look_for="The threes before and after the student's bias against them is corrected; how far the correction alone "
    "takes a student without a teacher; and how much the temperature adds. The correction is chosen on validation "
    "pictures, never on the test.",
    paper="Hinton, Vinyals and Dean 2015, arXiv:1503.02531, section 3",
    quantities=Quantities(
        {
            "threes_after": "Test threes recognised, bias corrected",
            "threes_before": "Test threes recognised, before",
            "accuracy_after": "Test accuracy, bias corrected",
            "accuracy_before": "Test accuracy, before",
            "bias": "Amount added to the bias of the 3",
        },
        plain=("bias",),
        references={"threes_after": (PAPER_SHARE, "published, on MNIST")},
    ),
    axes={"temperature": (1.0, 4.0, 8.0, 20.0)},
    settings={"dataset": "digits", "student_size": 0.5, "alpha": 1.0, "epochs": 10},
    seeds=5,
    cell_seconds=1.5,
    kind="image",
    dataset="digits",
    places=places,
    ignored=("labels", *PRUNING),
    about="temperature",
    trained_examples=trained_examples,
    conclude=conclude,
)
