"""A sweep: the stages of a run in every cell of a grid, all with one teacher."""

from __future__ import annotations

from collections.abc import Generator

from torch import nn

from simulator.catalog.methods import METHODS
from simulator.config.run import RunConfig
from simulator.engine.experiments.bench import Bench, zeros_and_rest
from simulator.engine.stages.pruned import recover
from simulator.events import Event
from simulator.events.outcome import result_of
from simulator.experiments.sweep import places

OF_CONTROL = ("student_size", "train_examples", "epochs", "learning_rate", "batch_size", "seed")
OF_DISTILLED = (*OF_CONTROL, "method", "temperature", "alpha", "beta")

Kept = dict[tuple[object, ...], tuple[nn.Module, float]]
"""The settings that decided a training -> the trained student and its test accuracy."""


def cells(bench: Bench) -> Generator[Event, None, None]:
    """Control, distilled, pruned, recovered; a training whose settings did not change is not repeated."""
    setup = bench.setup
    kept: Kept = {}
    for at, seed in (yield from bench.begin(places(bench.config))):
        config = bench.settings(seed=seed, **at)
        _, of_control = trained(bench, config, kept, OF_CONTROL, taught=False)
        distilled, of_distilled = trained(bench, config, kept, OF_DISTILLED, taught=True)
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
    bench: Bench, config: RunConfig, kept: Kept, deciding: tuple[str, ...], taught: bool
) -> tuple[nn.Module, float]:
    """A student trained with these settings, and its test accuracy; one with equal settings is reused.

    Args:
        kept: Students of this seed; those of an earlier seed are dropped.
        deciding: The settings that decide this training.
    """
    # the control gets what the plan takes from the method
    whole = METHODS[config.method].compares_features
    key = (taught, *(getattr(config, name) for name in deciding), whole)
    if key not in kept:
        for old in [k for k in kept if k[1 + deciding.index("seed")] != config.seed]:
            del kept[old]
        examples = bench.setup.train.first(config.train_examples)
        soft = bench.teacher_logits[: len(examples)] if taught else None
        student = bench.train(
            config, bench.new_student(config), examples, bench.plan(config, config.epochs, config.seed), soft
        )
        kept[key] = student, bench.accuracy(student, bench.setup.test)
    return kept[key]
