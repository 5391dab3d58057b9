"""A sweep: a grid over any two settings of a run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from statistics import mean

from simulator.events import CellFinished, Conclusion, Coordinates
from simulator.experiments.base import Design, Experiment, Place, Quantities
from simulator.experiments.paired import certainty, change, compare, holm, series, share, significant
from simulator.figures.numbers import setting


def grid(config: Design) -> list[Coordinates]:
    """Every combination of the axes' values."""
    names = [axis.setting for axis in config.axes]
    return [dict(zip(names, values, strict=True)) for values in product(*(axis.values for axis in config.axes))]


def places(config: Design) -> list[Place]:
    """The grid with every seed; whole grids one after the other, so that the map is full early."""
    return [(at, seed) for seed in config.all_seeds() for at in grid(config)]


def trained_examples(config: Design) -> int:
    """Control, distilled and recovered of every cell: an upper bound, since equal trainings are made once."""
    total = 0
    for at in grid(config):
        cell = config.base.model_copy(update=at)
        total += cell.train_examples * (2 * cell.epochs + cell.epochs_after_pruning)
    return total * config.seeds


def conclude(config: Design, cells: Sequence[CellFinished]) -> Conclusion:
    """Compare, on the test, the cell that is best on validation examples with the worst one and with the control."""
    corners = grid(config)
    if len(corners) < 2:
        only = series(cells, "final", **corners[0])
        return Conclusion(sentences=(f"One cell: {share(only)}.",), answer="no", shown=False)
    picked_by = {i: mean(series(cells, "validation_final", **at).values()) for i, at in enumerate(corners)}
    best, worst = max(picked_by, key=lambda i: picked_by[i]), min(picked_by, key=lambda i: picked_by[i])
    high, low = (series(cells, "final", **corners[i]) for i in (best, worst))
    alone = series(cells, "control", **corners[best])
    spread, gain = holm(
        [compare("best against worst", high, low), compare("final student against control", high, alone)]
    )
    sure = significant(spread) and spread.mean > 0
    sentences = [
        f"Picked on validation examples, {_named(corners[best])} is best and {_named(corners[worst])} worst: "
        f"on the test {share(high)} against {share(low)} ({change(spread)}, {certainty(spread)}).",
        f"At the best cell the control, unpruned and without a teacher, has {share(alone)}: the final student "
        f"differs by {change(gain)} ({certainty(gain)}).",
    ]
    if not sure:
        sentences.append("So these settings make no clear difference within this grid.")
    return Conclusion(
        sentences=tuple(sentences), answer="yes" if sure else "no", shown=sure, comparisons=(spread, gain)
    )


def _named(at: Coordinates) -> str:
    return ", ".join(
        f"{name} {setting(value)}" if isinstance(value, float) else f"{name} {value}" for name, value in at.items()
    )


SWEEP = Experiment(
    name="sweep",
    title="Sweep two settings",
    question="Which of two settings matters, and where is the best cell?",
    hypothesis="The choice of settings matters: the best cell is clearly better than the worst.",
    predictions={"yes": "The best cell is clearly better than the worst", "no": "No clear difference in this grid"},
    look_for="Rows that are alike (the vertical setting does not matter), columns that are alike (the horizontal one "
    "does not), and a corner where both together make the difference.",
    paper="Full factorial design: Fisher 1935, The Design of Experiments",
    quantities=Quantities(
        {
            "final": "Test accuracy of the final student",
            "distilled": "Test accuracy, distilled",
            "pruned": "Test accuracy, just pruned",
            "control": "Test accuracy, control",
            "zeros": "Zeros",
            "nonzero": "Non-zero parameters",
        },
        plain=("nonzero",),
    ),
    axes={"temperature": (1.0, 4.0, 12.0), "target_sparsity": (0.5, 0.8, 0.9)},
    any_axes=True,
    settings={"student_size": 0.25, "train_examples": 200, "epochs": 10, "recovery_epochs": 3},
    seeds=2,
    places=places,
    trained_examples=trained_examples,
    kept=("control", "distil"),
    conclude=conclude,
)
