"""Timing that ends when the medians are known makes fewer calls than timing for a fixed time."""

from __future__ import annotations

import sys
import time
from collections import Counter

import pytest
import torch
from torch import Tensor, nn

from benchmarks import stopping
from simulator.engine.measure import latency


class Counted(nn.Module):
    """Counts its calls by the rule of the timing that is under way."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[float] = Counter()

    def forward(self, inputs: Tensor) -> Tensor:
        self.calls[latency.NARROW] += 1
        time.sleep(0.005)
        return inputs


@pytest.mark.usefixtures("few_timed_calls")
def test_both_ways_time_the_same_models(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    model, narrow = Counted(), latency.NARROW
    monkeypatch.setattr(stopping, "SECONDS", 1.0)
    monkeypatch.setattr(latency, "LEAST_SECONDS", 0.01)
    monkeypatch.setattr(stopping, "NARROW", {"until known": 1000.0, "for 0.6 s": 0.0})
    monkeypatch.setattr(stopping, "networks", lambda: {"Small": ([model], torch.ones(32, 3))})
    monkeypatch.setattr(sys, "argv", ["stopping", "--repeats", "1"])
    stopping.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        f"Small, batch {size}, {way}" for size in (1, 32) for way in stopping.NARROW
    ]
    assert 2 * latency.FEWEST_RUNS <= model.calls[1000.0] < model.calls[0.0]
    assert narrow == latency.NARROW
