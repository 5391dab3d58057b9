"""How long one batch takes, timed by torch.utils.benchmark."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.benchmark import Timer

from simulator.events import Latency

SECONDS = 0.6
FEWEST_RUNS = 6


@torch.no_grad()
def measure_latency(
    model: nn.Module, logits: Callable[[nn.Module, dict[str, Tensor]], Tensor], batch: dict[str, Tensor], threads: int
) -> Latency:
    """Latency of ``logits(model, batch)`` in float32, in milliseconds.

    Single calls are timed for at least 0.6 s and at least 6 times. Before each timed call the Timer
    makes two that are not timed, so every sample is of a warm model. An average of several calls
    would hide their spread.

    Args:
        threads: Threads of every call.
    """
    model.eval()
    timer = Timer(
        "with torch.no_grad(): logits(model, batch)",
        globals={"torch": torch, "logits": logits, "model": model, "batch": batch},
        num_threads=threads,
    )
    times: list[float] = []
    while len(times) < FEWEST_RUNS or sum(times) < SECONDS:
        times += timer.timeit(1).times
    p25, median, p75, p95 = np.percentile(times, [25, 50, 75, 95]) * 1e3
    return Latency(median=median, p25=p25, p75=p75, p95=p95, runs=len(times), threads=threads)
