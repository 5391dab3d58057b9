"""Neither, distillation, pruning, both: two phases each, equally many optimiser steps."""

from __future__ import annotations

from collections.abc import Generator
from itertools import groupby

from simulator.engine.experiments.bench import Bench, zeros_and_rest
from simulator.engine.stages.student import learned_from
from simulator.events import Event
from simulator.experiments.four_way import places


def cells(bench: Bench) -> Generator[Event, None, None]:
    """Phase one: train. Phase two: train further, half of the students after pruning."""
    to_do = yield from bench.begin(places(bench.config))

    for (seed, taught), group in groupby(to_do, key=lambda place: (place[1], bool(place[0]["teacher"]))):
        config = bench.settings(seed=seed)
        examples = learned_from(bench.with_config(config), taught)
        soft = bench.teacher_logits[: len(examples)] if taught else None
        # phase one is the same for the pruned and the whole student, and made once
        first = yield from bench.distil(config) if taught else bench.control(config)
        again = bench.plan(config, config.recovery_epochs, seed + 1)
        for place in group:
            student, masks = first, None
            if place[0]["pruned"]:
                student, masks = bench.prune(config, first)
            student = bench.train(config, student, examples, again, soft, masks)
            zeros, nonzero = zeros_and_rest(student)
            yield from bench.finish(
                place, accuracy=bench.accuracy(student, bench.setup.test), zeros=zeros, nonzero=nonzero
            )
