"""The students of benchmarks/converged.py: which are needed, how they are stored, and how they are judged."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any

from simulator.catalog.methods import METHODS
from simulator.events import Comparison
from simulator.experiments.paired import compare, holm, significant

FILE = Path(__file__).with_name("converged.json")

MODEL: dict[str, Any] = {"model": "resnet18", "dataset": "digits", "student_size": 0.25, "weights": "scratch"}
SEARCH_SEEDS = (5, 6)
JUDGED_SEEDS = (0, 1, 2, 3, 4)
CONTROL = "control"

Settings = dict[str, float]


@dataclass(frozen=True)
class Regime:
    """How many labels the student has, and how long everybody trains."""

    title: str
    train_examples: int
    epochs: int


REGIMES = {
    "few": Regime("Few labels", 200, 40),
    "plenty": Regime("Plenty of labels", 1077, 8),
}


def longer(epochs: int) -> int:
    """Half as many again: this shows whether a student had converged."""
    return round(1.5 * epochs)


def grid(alphas: Sequence[float], temperatures: Sequence[float]) -> list[Settings]:
    """Every pair of alpha and temperature."""
    return [{"alpha": alpha, "temperature": t} for alpha in alphas for t in temperatures]


GRIDS: dict[str, list[Settings]] = {
    "kd": grid((0.5, 0.9), (2.0, 4.0)),
    "dkd": [{"temperature": 4.0, "beta": beta} for beta in (1.0, 2.0, 4.0, 8.0)],
    "dist": [*grid((0.5, 0.7), (4.0,)), *grid((0.7,), (1.0,))],
    "reverse_kl": [*grid((0.5, 0.9), (4.0,)), *grid((0.9,), (1.0,))],
    "rkd": [{"alpha": alpha} for alpha in (0.1, 0.5, 0.9)],
    "hint": [*grid((0.5, 0.9), (4.0,)), *grid((0.9,), (2.0,))],
    "attention": [*grid((0.5, 0.9), (4.0,)), *grid((0.9,), (2.0,))],
    "cosine": [*grid((0.5, 0.9), (4.0,)), *grid((0.9,), (2.0,))],
    "label_smoothing": [{"alpha": alpha} for alpha in (0.05, 0.1, 0.3)],
}
"""What is tried of each method: what its paper tunes, and the balance with the hard loss."""


@dataclass(frozen=True)
class Cell:
    """One trained student.

    Attributes:
        method: Of the catalogue, or "control".
        settings: Those of the method that differ from the usual ones.
        test, validation, train: Accuracies; ``train`` is on the examples that it learnt from.
        agreement: The share of test examples that it answers as the teacher does.
    """

    regime: str
    method: str
    settings: Settings
    seed: int
    epochs: int
    test: float
    validation: float
    train: float
    agreement: float


@dataclass(frozen=True)
class Measured:
    """All students so far, and where they were trained."""

    conditions: Mapping[str, Any]
    cells: list[Cell]

    def of(self, regime: str, method: str, settings: Settings, epochs: int, seeds: Sequence[int]) -> list[Cell]:
        """The students of one kind, in the order of the seeds; fewer if some are missing."""
        kind = (regime, method, settings, epochs)
        found = {c.seed: c for c in self.cells if (c.regime, c.method, c.settings, c.epochs) == kind}
        return [found[seed] for seed in seeds if seed in found]


def load() -> Measured:
    """Read the file; nothing if there is none."""
    if not FILE.is_file():
        return Measured({}, [])
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return Measured(stored["conditions"], [Cell(**cell) for cell in stored["cells"]])


def store(measured: Measured) -> None:
    """Write the file anew, with one line for each student."""
    cells = ",\n  ".join(json.dumps(asdict(cell)) for cell in measured.cells)
    text = f'{{\n "conditions": {json.dumps(measured.conditions)},\n "cells": [\n  {cells}\n ]\n}}\n'
    beside = FILE.with_suffix(".part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(FILE)


# -- what is judged


@dataclass(frozen=True)
class Judged:
    """A method with the settings that validation chose, against the control on the test examples.

    Attributes:
        test: Test accuracy minus the control's, p corrected for the methods of the regime (Holm).
        train: The same on the training examples; uncorrected.
        longer: With half as many steps again, against a control that has them too; None if it did not lose.
    """

    method: str
    settings: Settings
    accuracy: float
    test: Comparison
    train: Comparison
    agreement: float
    longer: Comparison | None

    @property
    def loses(self) -> bool:
        """Whether it is clearly less accurate than the control."""
        return significant(self.test) and self.test.mean < 0


def chosen(measured: Measured, regime: str, method: str) -> Settings | None:
    """The settings with the highest mean validation accuracy; None while some are untried."""
    epochs = REGIMES[regime].epochs
    tried = [measured.of(regime, method, settings, epochs, SEARCH_SEEDS) for settings in GRIDS[method]]
    if any(len(cells) < len(SEARCH_SEEDS) for cells in tried):
        return None
    return max(zip(GRIDS[method], tried, strict=True), key=lambda pair: mean(c.validation for c in pair[1]))[0]


def values(cells: Sequence[Cell], name: str) -> dict[int, float]:
    """Seed -> one figure."""
    return {cell.seed: getattr(cell, name) for cell in cells}


def judged(measured: Measured, regime: str) -> list[Judged]:
    """Every method whose students are complete, in the catalogue's order."""
    epochs, found = REGIMES[regime].epochs, []
    control, longer_control = (
        measured.of(regime, CONTROL, {}, steps, JUDGED_SEEDS) for steps in (epochs, longer(epochs))
    )
    for method in METHODS:
        settings = chosen(measured, regime, method)
        cells = measured.of(regime, method, settings, epochs, JUDGED_SEEDS) if settings is not None else []
        if settings is None or len(cells) < len(JUDGED_SEEDS) or len(control) < len(JUDGED_SEEDS):
            continue
        for_longer = measured.of(regime, method, settings, longer(epochs), JUDGED_SEEDS)
        found.append(
            Judged(
                method,
                settings,
                mean(c.test for c in cells),
                compare(method, values(cells, "test"), values(control, "test")),
                compare(method, values(cells, "train"), values(control, "train")),
                mean(c.agreement for c in cells),
                compare(method, values(for_longer, "test"), values(longer_control, "test"))
                if len(for_longer) == len(longer_control) == len(JUDGED_SEEDS)
                else None,
            )
        )
    corrected = holm([one.test for one in found])
    return [replace(one, test=test) for one, test in zip(found, corrected, strict=True)]
