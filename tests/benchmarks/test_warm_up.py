"""How often each way calls a model before it times it, counted; and what is printed."""

from __future__ import annotations

import sys
import time

import pytest
import torch
from torch import Tensor, nn

from benchmarks import warm_up


class Counted(nn.Module):
    """Its first calls take long, as those of a cold model do."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, inputs: Tensor) -> Tensor:
        self.calls += 1
        time.sleep(0.1 if self.calls == 1 else 0.001)
        return inputs


def test_every_way_makes_its_calls_before_the_timed_one() -> None:
    model, rounds = Counted(), 3
    found = warm_up.compared([model], torch.zeros(1), rounds)
    assert model.calls == 1 + rounds * ((0 + 1) + (1 + 1) + (2 + 1))
    assert set(found) == set(warm_up.WAYS)
    for (median,), seconds in found.values():
        assert 0.001 <= median < 0.1  # the cold call is not among those that are timed
        assert seconds >= rounds * median / 2
    assert [seconds >= calls * rounds * 0.001 for calls, (_, seconds) in enumerate(found.values(), 1)] == [True] * 3


def test_every_way_is_printed_for_every_batch(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(warm_up, "networks", lambda: {"Small": ([nn.Linear(3, 2)] * 5, torch.randn(32, 3))})
    monkeypatch.setattr(sys, "argv", ["warm_up", "--rounds", "2"])
    warm_up.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" to warm up")[0] for line in lines] == [
        f"Small, batch {size}, {way}" for size in (1, 32) for way in ("none", "one", "two")
    ]
    assert all(line.partition(" ms;")[0].count(", ") == 2 + 4 for line in lines)  # a median for each of five models
