"""One shot, iterative, cubic: one distilled student for each seed, pruned and recovered on each schedule."""

from __future__ import annotations

from collections.abc import Generator
from itertools import groupby

from torch import nn

from simulator.config.run import RunConfig
from simulator.engine.experiments.bench import Bench
from simulator.engine.stages.pruned import recover
from simulator.events import Event, LossPoint
from simulator.events.outcome import Outcome
from simulator.experiments.step_by_step import places


def cells(bench: Bench) -> Generator[Event, None, None]:
    """Only the schedule and the sparsity differ between the students of a seed."""
    for seed, group in groupby((yield from bench.begin(places(bench.config))), key=lambda place: place[1]):
        distilled = yield from bench.distil(bench.settings(seed=seed))
        unpruned = bench.accuracy(distilled, bench.setup.test)
        for place in group:
            config = bench.settings(seed=seed, **place[0])
            pruned, final, steps = pruned_and_recovered(bench, config, distilled)
            yield from bench.finish_pruned(place, unpruned, pruned, final, steps=steps)


def pruned_and_recovered(bench: Bench, config: RunConfig, distilled: nn.Module) -> tuple[nn.Module, nn.Module, int]:
    """The student pruned at once, the student that its schedule leaves, and the number of optimiser steps taken.

    Both come from the stages of an ordinary run.
    """
    pruned = bench.prune(config, distilled)
    steps, recovered = 0, Outcome(recover(bench.student(config), distilled, pruned))
    for event in recovered:
        if isinstance(event, LossPoint):  # the last step of a training is always among them
            steps = event.step
    return pruned.model, recovered.result.model, steps
