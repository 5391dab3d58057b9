"""How hot: what does the temperature do to the soft targets, and to the student?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean
from typing import TYPE_CHECKING

from simulator.events import CellFinished, Conclusion
from simulator.studies.base import PRUNING, Place, Study, View
from simulator.studies.paired import certainty, change, compare, series, share, significant

if TYPE_CHECKING:
    from simulator.studies.config import StudyConfig


def places(config: StudyConfig) -> list[Place]:
    """A student for each temperature, with every seed."""
    return [({"temperature": t}, seed) for seed in config.all_seeds() for t in config.values("temperature")]


def trained_examples(config: StudyConfig) -> int:
    """A whole training a cell."""
    return len(places(config)) * config.base.epochs * config.base.train_examples


def conclude(config: StudyConfig, cells: Sequence[CellFinished]) -> Conclusion:
    """The softest against the hardest, and whether a temperature between beats both.

    The best temperature is chosen on validation accuracy and then compared on the test.
    """
    temperatures = sorted(config.values("temperature"))
    test = {t: series(cells, "accuracy", temperature=t) for t in temperatures}
    chosen_on = {t: mean(series(cells, "validation_accuracy", temperature=t).values()) for t in temperatures}
    entropy = {t: mean(series(cells, "entropy", temperature=t).values()) for t in temperatures}
    coldest, hottest = temperatures[0], temperatures[-1]
    best = max(temperatures, key=lambda t: chosen_on[t])
    against = compare(f"T = {best:g} against T = {coldest:g}", test[best], test[coldest])
    shown = best != coldest and significant(against) and against.mean > 0
    sentences = [
        f"The mean entropy of the soft targets goes from {entropy[coldest]:.3f} nats at T = {coldest:g} to "
        f"{entropy[hottest]:.3f} at T = {hottest:g}.",
        f"On validation examples T = {best:g} was best. On the test it reaches {share(test[best])}, "
        f"T = {coldest:g} {share(test[coldest])}.",
    ]
    if best == coldest:
        sentences.append("A higher temperature did not help here: the expected effect did not show.")
    elif shown:
        sentences.append(f"Softer targets helped: {change(against)}, {certainty(against)}.")
    else:
        sentences.append(
            f"The difference may be chance, so the expected effect did not show: {change(against)}, "
            f"{certainty(against)}."
        )
    answer = "no" if not shown else "hottest" if best == hottest else "between"
    return Conclusion(sentences=tuple(sentences), answer=answer, shown=shown, comparisons=(against,))


HOW_HOT = Study(
    name="how_hot",
    title="How hot?",
    question="What does the temperature do to the soft targets, and to the student?",
    hypothesis="Softer targets say more about the wrong classes, so some temperature above 1 beats T = 1; far too hot, "
    "they say the same about every class.",
    predictions={
        "between": "A temperature in the middle is clearly better than T = 1",
        "hottest": "The hottest is clearly better than T = 1",
        "no": "The temperature makes no clear difference",
    },
    look_for="The entropy rises with T, always. Whether the accuracy follows is another question.",
    paper="Hinton, Vinyals and Dean 2015, arXiv:1503.02531, section 2",
    view=View(
        "lines",
        "temperature",
        None,
        {
            "accuracy": "Test accuracy",
            "validation_accuracy": "Validation accuracy",
            "entropy": "Entropy of the soft targets (nats)",
            "agreement": "Answers as the teacher does (test)",
        },
        plain=("entropy",),
    ),
    axes={"temperature": (1.0, 2.0, 4.0, 8.0, 14.0, 20.0)},
    settings={"student_size": 0.25, "train_examples": 200, "alpha": 0.9, "epochs": 15},
    seeds=3,
    places=places,
    no_say=PRUNING,
    about="temperature",
    trained_examples=trained_examples,
    conclude=conclude,
)
