"""How hot: what does the temperature do to the soft targets, and to the student?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from simulator.events import CellFinished, Comparison, Conclusion
from simulator.experiments.base import PRUNING, Design, Experiment, Place, Quantities
from simulator.experiments.paired import certainty, change, compare, holm, series, share, significant
from simulator.figures.numbers import entropy, setting


def places(config: Design) -> list[Place]:
    """A student for each temperature, with every seed."""
    return [({"temperature": t}, seed) for seed in config.all_seeds() for t in config.values("temperature")]


def refusal(config: Design) -> str:
    """Refuse a single temperature, which leaves nothing to compare."""
    return (
        "" if len(config.values("temperature")) > 1 else "one temperature leaves nothing to compare: choose two or more"
    )


def trained_examples(config: Design) -> int:
    """One whole training for each cell."""
    return len(places(config)) * config.base.epochs * config.base.train_examples


def conclude(config: Design, cells: Sequence[CellFinished]) -> Conclusion:
    """Two temperatures against the lowest, on the test: the best of the higher ones, and the highest.

    Which is best is decided by validation accuracy, so that the test examples do not influence what is tested on them.
    """
    temperatures = sorted(map(float, config.values("temperature")))
    test = {t: series(cells, "accuracy", temperature=t) for t in temperatures}
    chosen_on = {t: mean(series(cells, "validation_accuracy", temperature=t).values()) for t in temperatures}
    entropies = {t: mean(series(cells, "entropy", temperature=t).values()) for t in temperatures}
    coldest, *hotter = temperatures
    best, hottest = max(hotter, key=lambda t: chosen_on[t]), hotter[-1]
    tested = list(dict.fromkeys((best, hottest)))
    tests = holm([compare(f"T = {setting(t)} against T = {setting(coldest)}", test[t], test[coldest]) for t in tested])
    shown = significant(tests[0]) and tests[0].mean > 0
    worse = [t for t, against in zip(tested, tests, strict=True) if significant(against) and against.mean < 0]
    chosen = f"Of the temperatures above T = {setting(coldest)}, T = {setting(best)} was best on validation examples."
    sentences = [
        f"The mean entropy of the soft targets goes from {entropy(entropies[coldest])} nats at T = {setting(coldest)} "
        f"to {entropy(entropies[hottest])} at T = {setting(hottest)}.",
        (f"{chosen} On the test " if len(hotter) > 1 else "On the test ")
        + "; ".join(_against(t, test[t], against) for t, against in zip(tested, tests, strict=True))
        + f"; T = {setting(coldest)} has {share(test[coldest])}.",
    ]
    if shown:
        sentences.append("Softer targets helped, by more than chance among the seeds would explain.")
    else:
        sentences.append("That softer targets help did not show.")
    if worse:
        sentences.append(f"Too hot did harm: T = {' and '.join(setting(t) for t in worse)}.")
    answer = ("hottest" if best == hottest else "between") if shown else "harm" if worse else "no"
    return Conclusion(sentences=tuple(sentences), answer=answer, shown=shown, comparisons=tuple(tests))


def _against(temperature: float, values: dict[int, float], test: Comparison) -> str:
    return f"T = {setting(temperature)} reaches {share(values)}: {change(test)} ({certainty(test)})"


HOW_HOT = Experiment(
    name="how_hot",
    title="How hot?",
    question="What does the temperature do to the soft targets, and to the student?",
    hypothesis="Softer targets say more about the wrong classes, so some temperature above 1 beats T = 1. When T is "
    "far too high, they say the same about every class.",
    predictions={
        "between": "A temperature in the middle is clearly better than T = 1",
        "hottest": "The hottest is clearly better than T = 1",
        "harm": "Hotter is clearly worse than T = 1, and no hotter temperature is clearly better",
        "no": "The temperature makes no clear difference",
    },
    look_for="The entropy always rises with T. Whether the accuracy follows is another question.",
    paper="Hinton, Vinyals and Dean 2015, arXiv:1503.02531, section 2",
    quantities=Quantities(
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
    refusal=refusal,
    places=places,
    ignored=PRUNING,
    about="temperature",
    trained_examples=trained_examples,
    kept=("distil",),
    conclude=conclude,
)
