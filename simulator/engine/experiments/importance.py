"""Does importance matter: one distilled student for each seed, pruned by every importance to every sparsity."""

from __future__ import annotations

from collections.abc import Generator
from itertools import groupby

from simulator.engine.experiments.bench import Bench
from simulator.events import Event
from simulator.experiments.importance import places


def cells(bench: Bench) -> Generator[Event, None, None]:
    """Only the importance and the sparsity differ between the students of a seed."""
    for seed, group in groupby((yield from bench.begin(places(bench.config))), key=lambda place: place[1]):
        distilled = yield from bench.distil(bench.settings(seed=seed))
        unpruned = bench.accuracy(distilled, bench.setup.test)
        for place in group:
            config = bench.settings(seed=seed, **place[0])
            pruned, masks = bench.prune(config, distilled)
            recovered = bench.recover(config, pruned, masks)
            yield from bench.finish_pruned(place, unpruned, pruned, recovered)
