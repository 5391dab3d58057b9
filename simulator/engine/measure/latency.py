"""How long each of several models takes for one batch, timed by torch.utils.benchmark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.benchmark import Timer

from simulator.engine.measure.alone import timing_alone
from simulator.engine.measure.others import OthersCpu
from simulator.events import Latency

FEWEST_RUNS = 6
SHORTEST = 1e-9
"""Seconds, less than any call takes: so one call warms up and one is timed. ``timeit`` would make two to warm up, which
changes no median and takes half as long again (``python -m benchmarks.warm_up``)."""


Logits = Callable[[nn.Module, dict[str, Tensor]], Tensor]
Name = TypeVar("Name", bound=str)


@torch.no_grad()
def measure_in_turns(
    models: Mapping[Name, nn.Module], logits: Logits, batch: dict[str, Tensor], threads: int, seconds: float
) -> dict[Name, Latency]:
    """Latency of ``logits(model, batch)`` in float32, in milliseconds, a call of each model in turn.

    The other runs of this data folder pause meanwhile. Other work on the machine affects all models alike, so they
    can be compared with each other. Before each timed call the Timer makes one that is not timed, so every sample is of
    a warm model. An average of several calls would hide their spread.

    Args:
        threads: Threads of every call.
        seconds: How long each model's calls are timed on average; each is timed at least 6 times.
    """
    timers = {
        name: Timer(
            "with torch.no_grad(): logits(model, batch)",
            globals={"torch": torch, "logits": logits, "model": model.eval(), "batch": batch},
            num_threads=threads,
        )
        for name, model in models.items()
    }
    times: dict[Name, list[float]] = {name: [] for name in models}
    rounds = 0
    with timing_alone(), OthersCpu() as others:
        while rounds < FEWEST_RUNS or sum(map(sum, times.values())) < seconds * len(models):
            rounds += 1
            for name, timer in timers.items():
                times[name] += timer.blocked_autorange(min_run_time=SHORTEST).times
    return {name: summed_up(values, threads, others.share) for name, values in times.items()}


def summed_up(times: list[float], threads: int, others_cpu: float | None) -> Latency:
    """Percentiles in milliseconds of single calls' seconds."""
    p25, median, p75, p95 = np.percentile(times, [25, 50, 75, 95]) * 1e3
    return Latency(median=median, p25=p25, p75=p75, p95=p95, runs=len(times), threads=threads, others_cpu=others_cpu)
