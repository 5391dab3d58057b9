"""Whether timing that ends when the medians are known gives the medians of timing for a fixed time.

    python -m benchmarks.stopping [--repeats N]

For each kind of model and batch size, the app's timing is repeated both ways in turns: until the medians are known, and
for 0.6 s a model whatever they are. Prints the seconds that a timing took, and how far apart each model's repeated
medians lie (the largest minus the smallest, of their mean), worst model of five.
"""

from __future__ import annotations

import argparse
import time
from unittest.mock import patch

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.warm_up import networks
from simulator.engine.deploy.stage import SECONDS
from simulator.engine.measure import latency

NARROW = {"until known": latency.NARROW, "for 0.6 s": 0.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    for title, (models, batch) in networks().items():
        for size in (1, 32):
            for way, (medians, seconds) in compared(models, batch[:size], repeats).items():
                apart = np.max(np.ptp(medians, axis=0) / np.mean(medians, axis=0))
                each = ", ".join(f"{median:.2f}" for median in np.mean(medians, axis=0))
                print(f"{title}, batch {size}, {way}: {each} ms, {apart:.1%} apart; {seconds:.1f} s", flush=True)


def compared(models: list[nn.Module], batch: Tensor, repeats: int) -> dict[str, tuple[list[list[float]], float]]:
    """Each repeat's medians in milliseconds, and the mean seconds of a timing, for each way."""
    named = {str(number): model for number, model in enumerate(models)}
    medians: dict[str, list[list[float]]] = {way: [] for way in NARROW}
    seconds = dict.fromkeys(NARROW, 0.0)
    for _ in range(repeats):
        for way, narrow in NARROW.items():
            started = time.perf_counter()
            with patch.object(latency, "NARROW", narrow):
                timed = latency.measure_in_turns(named, answers, {"x": batch}, SECONDS)
            seconds[way] += (time.perf_counter() - started) / repeats
            medians[way].append([one.median for one in timed.values()])
    return {way: (medians[way], seconds[way]) for way in NARROW}


@torch.no_grad()
def answers(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """What the model answers, whatever form it has."""
    answered = model(batch["x"])
    logits: Tensor = answered if isinstance(answered, Tensor) else answered.logits
    return logits


if __name__ == "__main__":
    main()
