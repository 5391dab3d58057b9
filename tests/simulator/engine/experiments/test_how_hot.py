"""The entropy of the targets."""

from __future__ import annotations

import pytest
import torch

from simulator.engine.experiments import how_hot
from tests.simulator.engine.experiments.tiny import cells


def test_entropy_at_its_ends():
    flat, sharp = torch.zeros(4, 10), torch.eye(10)[:4] * 1000
    assert how_hot.mean_entropy(flat, 3.0) == pytest.approx(torch.tensor(10.0).log().item())
    assert how_hot.mean_entropy(sharp, 1.0) == pytest.approx(0.0, abs=1e-9)
    assert how_hot.mean_entropy(sharp, 1000.0) > how_hot.mean_entropy(sharp, 100.0)


def test_hotter_targets_have_more_entropy(done):
    cold, hot = cells(done("how_hot"))
    assert hot.values["entropy"] > cold.values["entropy"]
