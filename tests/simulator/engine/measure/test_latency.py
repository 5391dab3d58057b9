"""Latency of models that are timed in turns."""

import time
from itertools import pairwise

import torch
from torch import nn

from simulator.engine.measure.latency import LONG_SECONDS, enough, measure_in_turns


def test_latency_orders_a_small_and_a_large_layer():
    def call(model, batch):
        return model(batch["x"])

    models = {"small": nn.Linear(2048, 8), "large": nn.Linear(2048, 2048)}
    small, large = measure_in_turns(models, call, {"x": torch.randn(64, 2048)}, seconds=0.6).values()
    assert small.median < large.median
    for latency in (small, large):
        assert 0 < latency.p25 <= latency.median <= latency.p75 <= latency.p95
        assert latency.runs >= 6
        assert latency.threads == torch.get_num_threads()
        assert 0 <= latency.others_cpu <= 1


def test_models_timed_in_turns_take_turns_and_the_slow_one_is_the_slow_one():
    called = []

    def call(model, batch):
        called.append(model)
        return model(batch["x"])

    quick, slow = nn.Linear(8, 8), nn.Sequential(*(nn.Linear(512, 512) for _ in range(60)))
    slow.insert(0, nn.Linear(8, 512))
    timed = measure_in_turns({"quick": quick, "slow": slow}, call, {"x": torch.zeros(4, 8)}, 0.02)
    assert timed["quick"].runs == timed["slow"].runs >= 6
    assert timed["quick"].p75 < timed["slow"].p25
    changes = sum(a is not b for a, b in pairwise(called))
    assert changes == 2 * timed["quick"].runs - 1


def test_long_calls_warm_up_once_and_short_ones_before_each():
    called = []

    def call(model, batch):
        called.append(model)
        time.sleep(1.2 * LONG_SECONDS if model is slow else 0.001)

    quick, slow = nn.Identity(), nn.Identity()
    timed = measure_in_turns({"quick": quick, "slow": slow}, call, {}, seconds=0)
    assert timed["quick"].runs == timed["slow"].runs == 6
    assert called.count(quick) == 12
    assert called.count(slow) == 7


def test_timing_ends_when_every_median_is_known_well_or_the_time_is_over():
    steady, wild = [0.1 + 0.0001 * n for n in range(6)], [0.1, 0.2] * 3
    assert enough({"a": steady, "b": steady}, seconds=100)
    assert not enough({"a": steady, "b": wild}, seconds=100)
    assert enough({"a": steady, "b": wild}, seconds=0.7)
    assert not enough({"a": steady[:5]}, seconds=0)
    assert not enough({"a": []}, seconds=0)
    assert not enough({"a": [0.001] * 12}, seconds=100), "the system counts others' work in hundredths of a second"
