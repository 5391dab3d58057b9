"""Whether a pruned CNN answers faster when its layers keep a multiple of four or eight channels.

    python -m benchmarks.rounding [--rounds N] [--models resnet18 ...] [--sparsities 0.5 ...]

Students of default width, random weights, 32 pixels, eager PyTorch on one thread. The rounded ones keep more
channels, so the multiply-adds are printed beside the medians. The three are timed in turns, in processor time of the
one thread: other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch
from torch import nn
from torch.utils.benchmark import Timer

from benchmarks.few_channels import IMAGE_MODELS, pruned_student
from simulator.catalog.models import MODELS
from simulator.engine.measure.compute import count_macs
from simulator.engine.models import MODULES

MULTIPLES = (1, 4, 8)
SIZE = 32
SHORTEST = 1e-9
"""Seconds, less than any call takes, so that one call warms up and one is timed."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--models", nargs="+", default=IMAGE_MODELS, choices=IMAGE_MODELS)
    parser.add_argument("--sparsities", nargs="+", type=float, default=[0.5, 0.8])
    options = parser.parse_args()
    torch.set_num_threads(1)
    print("| Model | Removed | Kept in multiples of | MACs | One example | Batch of 32 |\n|---|---|---|---|---|---|")
    for name in options.models:
        for sparsity in options.sparsities:
            width = MODELS[name].student.default
            students = [pruned_student(name, width, sparsity, SIZE, multiple).eval() for multiple in MULTIPLES]
            one, many = (medians(students, batch, options.rounds) for batch in (1, 32))
            for multiple, student, *times in zip(MULTIPLES, students, one, many, strict=True):
                macs = count_macs(student, MODULES[name].logits, {"pixels": torch.randn(1, 3, SIZE, SIZE)})
                cells = (MODELS[name].title, f"{sparsity:.0%}", multiple, f"{macs / 1e6:.2f} M", *times)
                print(f"| {' | '.join(map(str, cells))} |")


def medians(students: list[nn.Module], batch: int, rounds: int) -> list[str]:
    """Each student's median time for a batch and the middle half of its times, in milliseconds."""
    pixels = torch.randn(batch, 3, SIZE, SIZE).contiguous(memory_format=torch.channels_last)
    timers = [
        Timer(
            "with torch.no_grad(): model(x)",
            globals={"torch": torch, "model": student, "x": pixels},
            timer=time.thread_time,
        )
        for student in students
    ]
    times = [[timer.blocked_autorange(min_run_time=SHORTEST).median for timer in timers] for _ in range(rounds)]
    low, middle, high = 1e3 * np.quantile(times, (0.25, 0.5, 0.75), axis=0)
    return [f"{m:.3g} ms ({a:.3g} to {b:.3g})" for a, m, b in zip(low, middle, high, strict=True)]


if __name__ == "__main__":
    main()
