"""Does importance matter: one distilled student a seed, pruned by every importance to every sparsity."""

from __future__ import annotations

from collections.abc import Generator
from itertools import groupby

from simulator.engine.experiments.bench import Bench, zeros_and_rest
from simulator.events import Event
from simulator.experiments.importance import places


def cells(bench: Bench) -> Generator[Event, None, None]:
    """Only the importance and the sparsity differ between the students of a seed."""
    test = bench.setup.test
    for seed, group in groupby((yield from bench.begin(places(bench.config))), key=lambda place: place[1]):
        distilled = bench.distil(bench.settings(seed=seed))
        unpruned = bench.accuracy(distilled, test)
        for place in group:
            config = bench.settings(seed=seed, **place[0])
            pruned, masks = bench.prune(config, distilled)
            recovered = bench.recover(config, pruned, masks)
            zeros, nonzero = zeros_and_rest(recovered)
            yield from bench.finish(
                place,
                accuracy=bench.accuracy(recovered, test),
                pruned=bench.accuracy(pruned, test),
                unpruned=unpruned,
                zeros=zeros,
                nonzero=nonzero,
            )
