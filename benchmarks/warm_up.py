"""How many calls a model needs just before a timed one to be warm, when five are timed in turns: none, one or two.

    python -m benchmarks.warm_up [--rounds N]

The ways take turns, too, so that all meet the same state of the machine. Prints each model's median in milliseconds for
each way, and the seconds that the way took.
"""

from __future__ import annotations

import argparse
import time
import timeit
from functools import partial

import numpy as np
import torch
import torchvision
from torch import Tensor, nn
from transformers import DistilBertConfig, DistilBertForSequenceClassification

from simulator.engine.measure.latency import synchronized_clock

STUDENTS = 4
WAYS = {"none": 0, "one": 1, "two": 2}


def networks() -> dict[str, tuple[list[nn.Module], Tensor]]:
    """A teacher and four students of each kind, from random weights, with the first of them, and one batch of 32."""
    torch.manual_seed(0)
    convolutions = [torchvision.models.resnet18(num_classes=10) for _ in range(1 + STUDENTS)]
    layers = [6] + [3] * STUDENTS
    transformers = [DistilBertForSequenceClassification(DistilBertConfig(n_layers=n)) for n in layers]
    return {
        "ResNet-18": (convolutions, torch.randn(32, 3, 32, 32)),
        "DistilBERT": (transformers, torch.randint(0, 30_000, (32, 24))),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=6)
    rounds = parser.parse_args().rounds
    for title, (models, batch) in networks().items():
        for size in (1, 32):
            for way, (medians, seconds) in compared(models, batch[:size], rounds).items():
                each = ", ".join(f"{1e3 * median:.2f}" for median in medians)
                print(f"{title}, batch {size}, {way} to warm up: {each} ms; {seconds:.1f} s", flush=True)


@torch.no_grad()
def compared(models: list[nn.Module], batch: Tensor, rounds: int) -> dict[str, tuple[list[float], float]]:
    """Each model's median in seconds, and the seconds that all calls took, for each way."""
    calls = [timeit.Timer(partial(model.eval(), batch), timer=synchronized_clock) for model in models]
    for call in calls:
        call.timeit(1)
    rows: dict[str, list[list[float]]] = {way: [] for way in WAYS}
    seconds = dict.fromkeys(WAYS, 0.0)
    for _ in range(rounds):
        for way, before in WAYS.items():
            started = time.perf_counter()
            rows[way].append([timed(call, before) for call in calls])
            seconds[way] += time.perf_counter() - started
    return {way: (np.median(rows[way], axis=0).tolist(), seconds[way]) for way in WAYS}


def timed(call: timeit.Timer, before: int) -> float:
    """Seconds of one call after so many that are not timed."""
    if before:
        call.timeit(before)
    return call.timeit(1)


if __name__ == "__main__":
    main()
