"""A sweep: the stages of a run in every cell of a grid, all with one teacher."""

from __future__ import annotations

from collections.abc import Generator

from torch import nn

from simulator.config.run import RunConfig
from simulator.engine.experiments.bench import Bench, zeros_and_rest
from simulator.engine.stages.pruned import recover
from simulator.events import Event, Stage
from simulator.events.outcome import result_of
from simulator.experiments.sweep import places
from simulator.runs.kept import folders, stages

Trained = dict[tuple[int, str], tuple[nn.Module, float]]
"""Seed and what decided a training -> the trained student and its test accuracy."""


def cells(bench: Bench) -> Generator[Event, None, None]:
    """Control, distilled, pruned, recovered; a training whose settings did not change is not repeated."""
    setup = bench.setup
    made: Trained = {}
    for at, seed in (yield from bench.begin(places(bench.config))):
        config = bench.settings(seed=seed, **at)
        _, of_control = yield from trained(bench, "control", config, made)
        distilled, of_distilled = yield from trained(bench, "distil", config, made)
        pruned = bench.prune(config, distilled)
        final = pruned.model
        if config.epochs_after_pruning:
            final = result_of(recover(bench.student(config), distilled, pruned)).model
        zeros, nonzero = zeros_and_rest(final)
        yield from bench.finish(
            (at, seed),
            control=of_control,
            distilled=of_distilled,
            pruned=bench.accuracy(pruned.model, setup.test),
            final=bench.accuracy(final, setup.test),
            validation_final=bench.accuracy(final, setup.validation),
            zeros=zeros,
            nonzero=nonzero,
        )


def trained(
    bench: Bench, stage: Stage, config: RunConfig, made: Trained
) -> Generator[Event, None, tuple[nn.Module, float]]:
    """The student of a stage and its test accuracy; one with equal inputs is used again.

    Args:
        made: Students of this seed; those of an earlier seed are dropped.
    """
    inputs = stages.made_from(stage, config, bench.setup.teacher.folder.name)
    key = config.seed, folders.fingerprint(inputs)
    if key not in made:
        for old in [k for k in made if k[0] != config.seed]:
            del made[old]
        student = yield from bench.control(config) if stage == "control" else bench.distil(config)
        made[key] = student, bench.accuracy(student, bench.setup.test)
    return made[key]
