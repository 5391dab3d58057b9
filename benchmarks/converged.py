"""What each way to distil is worth for students that have converged: chosen on validation, judged on the test.

Every method gets as many optimiser steps as the control, and enough of them that half as many again change the
control by less than a point. Its settings are those of a small grid with the highest validation accuracy, over seeds
that the judgement does not use; it is judged on the test examples over five other seeds. A method that loses is
trained for half as many steps again, to see whether it was only slow.

    python -m benchmarks.converged

Each trained student is stored in benchmarks/converged.json at once; a measurement that was stopped continues from
there. ``python -m benchmarks.converged_page`` writes the docs page.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime

from rich.console import Console

from benchmarks.converged_cells import (
    CONTROL,
    FILE,
    GRIDS,
    JUDGED_SEEDS,
    MODEL,
    REGIMES,
    SEARCH_SEEDS,
    Cell,
    Measured,
    Settings,
    chosen,
    judged,
    load,
    longer,
    store,
)
from simulator.catalog.methods import METHODS
from simulator.config.run import RunConfig
from simulator.events.outcome import result_of
from simulator.experiments import make_experiment

Place = tuple[str, str, Settings, int, int]
"""Regime, method, settings, seed, epochs."""


def controls(regime: str) -> Iterator[Place]:
    """The control, and the one that shows whether it had converged."""
    epochs = REGIMES[regime].epochs
    return ((regime, CONTROL, {}, seed, steps) for steps in (epochs, longer(epochs)) for seed in JUDGED_SEEDS)


def searched(regime: str, method: str) -> Iterator[Place]:
    """Every setting of a method with the seeds of the search."""
    return ((regime, method, one, seed, REGIMES[regime].epochs) for one in GRIDS[method] for seed in SEARCH_SEEDS)


def to_judge(measured: Measured, regime: str, method: str) -> Iterator[Place]:
    """A method with its chosen settings and the seeds of the judgement."""
    settings = chosen(measured, regime, method)
    assert settings is not None  # the search is complete
    return ((regime, method, settings, seed, REGIMES[regime].epochs) for seed in JUDGED_SEEDS)


def to_explain(measured: Measured, regime: str) -> Iterator[Place]:
    """Every method that loses, for longer."""
    epochs = longer(REGIMES[regime].epochs)
    for one in judged(measured, regime):
        if one.loses:
            yield from ((regime, one.method, one.settings, seed, epochs) for seed in JUDGED_SEEDS)


def everything(measured: Measured) -> Iterator[Place]:
    """All students to train, cheap methods first; later ones depend on earlier measurements."""
    for compares_features in (False, True):
        for regime in REGIMES:
            yield from controls(regime)
            for method in (m for m in GRIDS if METHODS[m].compares_features == compares_features):
                yield from searched(regime, method)
                yield from to_judge(measured, regime, method)
    for regime in REGIMES:
        yield from to_explain(measured, regime)


class Workshop:
    """Data and teacher, made once; trains a student and answers with it."""

    def __init__(self) -> None:
        from simulator.engine.distillation import teacher as teacher_room
        from simulator.engine.experiments.bench import Bench
        from simulator.engine.setup import prepare, provenance

        experiment = make_experiment("sweep", MODEL | {"train_examples": 1077}, {"method": tuple(METHODS)}, 1)
        setup = prepare(experiment.base)
        teacher, logits = result_of(teacher_room.provide(setup))
        self.bench = Bench(experiment, setup, teacher, logits)
        described = provenance(setup)
        self.teacher_answers = self.bench.logits(teacher, setup.test).argmax(1)
        self.conditions = {
            "day": datetime.now(UTC).date().isoformat(),
            "threads": described.threads,
            "cores": os.cpu_count(),
            "device": described.device,
            "torch": described.versions["torch"],
            "teacher": hashlib.sha256(logits.cpu().numpy().tobytes()).hexdigest()[:16],  # what it teaches
            "teacher_test": self.bench.accuracy(teacher, setup.test),
            "teacher_train": self.bench.accuracy(teacher, setup.train),
            "test_examples": len(setup.test),
            "validation_examples": len(setup.validation),
        }

    def cell(self, place: Place) -> Cell:
        """Train a student and measure it."""
        regime, method, settings, seed, epochs = place
        config = self.config(regime, method, settings, seed)
        bench, setup = self.bench, self.bench.setup
        examples = setup.train.first(config.train_examples)
        soft = None if method == CONTROL else bench.teacher_logits[: len(examples)]
        student = bench.train(config, bench.new_student(config), examples, bench.plan(config, epochs, seed), soft)
        answers = bench.logits(student, setup.test).argmax(1)
        return Cell(
            regime,
            method,
            settings,
            seed,
            epochs,
            test=(answers == setup.test.labels).double().mean().item(),
            validation=bench.accuracy(student, setup.validation),
            train=bench.accuracy(student, examples),
            agreement=(answers == self.teacher_answers).double().mean().item(),
        )

    def config(self, regime: str, method: str, settings: Settings, seed: int) -> RunConfig:
        """The settings of a run that trains this student."""
        own = {} if method == CONTROL else {"method": method, **settings}
        return self.bench.settings(train_examples=REGIMES[regime].train_examples, seed=seed, **own)


def main() -> None:
    console, workshop, earlier = Console(width=200), Workshop(), load()
    if earlier.cells and {**earlier.conditions, "day": ""} != {**workshop.conditions, "day": ""}:
        raise SystemExit(f"{FILE.name} holds students of another teacher or machine: move it away first.")
    measured = Measured(workshop.conditions, earlier.cells)
    for place in everything(measured):
        regime, method, settings, seed, epochs = place
        if not measured.of(regime, method, settings, epochs, [seed]):
            measured.cells.append(workshop.cell(place))
            store(measured)
            console.print(f"{datetime.now(UTC):%H:%M:%S} {measured.cells[-1]}")


if __name__ == "__main__":
    main()
