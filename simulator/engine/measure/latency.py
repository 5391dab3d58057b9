"""How long each of several models takes for one batch, timed call by call."""

from __future__ import annotations

import time
import timeit
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from simulator.engine.measure.alone import timing_alone
from simulator.engine.measure.others import OthersCpu
from simulator.events import Latency
from simulator.figures.statistics import median_interval

FEWEST_RUNS = 6
"""With fewer calls there is no 95 % interval of the median."""

NARROW = 0.05
"""Timing ends when the 95 % interval of every model's median spans at most this share of it."""

LEAST_SECONDS = 0.3
"""Timing takes at least this long: the system counts what other processes use in hundredths of a second."""

LONG_SECONDS = 0.1
"""A longer call needs none before it to warm up: its median is the same (``python -m benchmarks.warm_up``)."""

Logits = Callable[[nn.Module, dict[str, Tensor]], Tensor]
Name = TypeVar("Name", bound=str)


@torch.no_grad()
def measure_in_turns(
    models: Mapping[Name, nn.Module], logits: Logits, batch: dict[str, Tensor], seconds: float
) -> dict[Name, Latency]:
    """Latency of ``logits(model, batch)`` in float32, in milliseconds, a call of each model in turn.

    The other runs of this data folder pause meanwhile. Other work on the machine affects all models alike, so they
    can be compared with each other. Every sample is one call of a warm model: an average of several calls would hide
    their spread. The clock waits for a GPU.

    Args:
        seconds: The most time spent on each model's calls, on average; each model is timed at least 6 times.
    """
    calls = {
        name: timeit.Timer(partial(logits, model.eval(), batch), timer=synchronized_clock)
        for name, model in models.items()
    }
    times: dict[Name, list[float]] = {name: [] for name in models}
    with timing_alone(), OthersCpu() as others:
        while not enough(times, seconds):
            for name, call in calls.items():
                if not times[name] or times[name][-1] < LONG_SECONDS:
                    call.timeit(1)  # to warm up
                times[name].append(call.timeit(1))
    return {name: summed_up(values, others.share) for name, values in times.items()}


def synchronized_clock() -> float:
    """Seconds, once a GPU has finished. As in ``torch.utils.benchmark``, whose import brings a compiler's tools."""
    if torch.accelerator.is_available():
        torch.accelerator.synchronize()
    return time.perf_counter()


def enough(times: Mapping[Name, list[float]], seconds: float) -> bool:
    """Whether the medians of what was timed, in seconds, can be told: after 6 rounds, 12, 18, ...

    Args:
        seconds: As for :func:`measure_in_turns`.
    """
    rounds, spent = min(map(len, times.values())), sum(map(sum, times.values()))
    if rounds == 0 or rounds % FEWEST_RUNS:
        return False
    return spent >= seconds * len(times) or (spent >= LEAST_SECONDS and all(map(is_narrow, times.values())))


def is_narrow(times: list[float]) -> bool:
    """Whether the 95 % interval of the median is."""
    low, high = median_interval(times)
    return high - low <= NARROW * float(np.median(times))


def summed_up(times: list[float], others_cpu: float | None) -> Latency:
    """Percentiles in milliseconds of single calls' seconds."""
    p25, median, p75, p95 = np.percentile(times, [25, 50, 75, 95]) * 1e3
    return Latency(
        median=median,
        p25=p25,
        p75=p75,
        p95=p95,
        runs=len(times),
        threads=torch.get_num_threads(),
        others_cpu=others_cpu,
    )
