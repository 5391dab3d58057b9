"""Latency of models that are timed in turns."""

from itertools import pairwise

import torch
from torch import nn

from simulator.engine.measure.latency import measure_in_turns


def test_latency_orders_a_small_and_a_large_layer():
    def call(model, batch):
        return model(batch["x"])

    models = {"small": nn.Linear(2048, 8), "large": nn.Linear(2048, 2048)}
    small, large = measure_in_turns(models, call, {"x": torch.randn(64, 2048)}, 1, seconds=0.6).values()
    assert small.median < large.median
    for latency in (small, large):
        assert 0 < latency.p25 <= latency.median <= latency.p75 <= latency.p95
        assert latency.runs >= 6
        assert latency.threads == 1
        assert 0 <= latency.others_cpu <= 1


def test_models_timed_in_turns_take_turns_and_the_slow_one_is_the_slow_one():
    called = []

    def call(model, batch):
        called.append(model)
        return model(batch["x"])

    quick, slow = nn.Linear(8, 8), nn.Sequential(*(nn.Linear(512, 512) for _ in range(60)))
    slow.insert(0, nn.Linear(8, 512))
    timed = measure_in_turns({"quick": quick, "slow": slow}, call, {"x": torch.zeros(4, 8)}, 1, 0.02)
    assert timed["quick"].runs == timed["slow"].runs >= 6
    assert timed["quick"].p75 < timed["slow"].p25
    changes = sum(a is not b for a, b in pairwise(called))
    assert changes == 2 * timed["quick"].runs - 1
