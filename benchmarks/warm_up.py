"""How many calls a model needs to be warm when five are timed in turns: one, or the two that ``timeit`` makes.

    python -m benchmarks.warm_up [--rounds N]

Prints each model's median in milliseconds both ways, and the seconds that each way took.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
import torchvision
from torch import Tensor, nn
from torch.utils.benchmark import Timer
from transformers import DistilBertConfig, DistilBertForSequenceClassification

from simulator.engine.measure.latency import SHORTEST

STUDENTS = 4
WAYS: dict[str, Callable[[Timer], float]] = {
    "one": lambda timer: timer.blocked_autorange(min_run_time=SHORTEST).median,
    "two": lambda timer: timer.timeit(1).median,
}


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
            timers = [
                Timer("with torch.no_grad(): model(x)", globals={"torch": torch, "model": m.eval(), "x": batch[:size]})
                for m in models
            ]
            for calls, timed in WAYS.items():
                started = time.perf_counter()
                rows = [[timed(timer) for timer in timers] for _ in range(rounds)]
                medians = [f"{1e3 * median:.2f}" for median in np.median(rows, axis=0)]
                print(f"{title}, batch {size}, {calls} to warm up: {medians}, {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
