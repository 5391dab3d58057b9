"""Few labels: control and distilled student of a run with so many labels."""

from __future__ import annotations

from collections.abc import Generator

from simulator.engine.experiments.bench import Bench
from simulator.events import Event
from simulator.experiments.few_labels import places


def cells(bench: Bench) -> Generator[Event, None, None]:
    """Control and distilled at each number of labels, with equally many optimiser steps."""
    for at, seed in (yield from bench.begin(places(bench.config))):
        config = bench.settings(seed=seed, labels=at["labels"])
        student = yield from bench.control(config) if at["student"] == "control" else bench.distil(config)
        yield from bench.finish((at, seed), accuracy=bench.accuracy(student, bench.setup.test))
