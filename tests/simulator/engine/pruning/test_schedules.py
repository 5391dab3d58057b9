"""Schedules: their curves by hand, and what they leave of a model."""

import pytest
import torch
from torch import nn

from simulator.config.run import make_config
from simulator.engine.datasets.batches import Examples
from simulator.engine.pruning.importance import Calibration
from simulator.engine.pruning.masks import MaskRule, dense_masks
from simulator.engine.pruning.schedules import CubicMasks, after_round, cubic, redrawn, rewound


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (0.0, 0.0),
        (0.25, 0.8 * (1 - 0.421875)),  # 0.75^3
        (0.5, 0.7),  # 0.8 * (1 - 1/8)
        (0.75, 0.7875),  # 0.8 * (1 - 1/64)
        (1.0, 0.8),
    ],
)
def test_the_cubic_curve_at_points_by_hand(done, expected):
    assert cubic(0.8, done) == pytest.approx(expected)


def test_every_round_leaves_the_same_share_of_what_was_left():
    left = [1 - after_round(0.875, number, 3) for number in (0, 1, 2, 3)]
    assert left == pytest.approx([1, 1 / 2, 1 / 4, 1 / 8])
    assert after_round(0.5, 1, 1) == 0.5


def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(40, 30), nn.ReLU(), nn.Linear(30, 20))


def dropped(masks):
    return sum(int((~m).sum()) for m in masks.values()) / sum(m.numel() for m in masks.values())


@pytest.mark.parametrize("steps", [1, 2, 7, 40, 333])
def test_cubic_masks_rise_then_hold_and_never_bring_a_weight_back(steps):
    model = net()
    rule = MaskRule(make_config({"target_sparsity": 0.8, "batch_size": 4}), ())
    schedule = CubicMasks(rule, lambda m, b: m(b["x"]), 0)
    examples = Examples({"x": torch.randn(8, 40)}, torch.zeros(8, dtype=torch.long))
    masks, changes, last = dense_masks(rule.parameters(model)), [], 0.0
    for step in range(1, steps + 1):
        new = schedule(model, examples, masks, step, steps)
        if new is not masks:
            changes.append(step)
            done = step / max(1, round(0.75 * steps))
            assert dropped(new) == pytest.approx(0.8 * (1 - (1 - done) ** 3), abs=1e-3)
            assert not any((new[name] & ~masks[name]).any() for name in masks)
        assert dropped(new) >= last
        masks, last = new, dropped(new)
    assert dropped(masks) == pytest.approx(0.8, abs=1e-3)
    assert len(changes) <= 10
    assert changes[-1] == max(1, round(0.75 * steps))


def masks_of(model, sparsity=0.5):
    config = make_config({"target_sparsity": sparsity})
    return MaskRule(config, ()).masks(model, Calibration(lambda model, batch: batch["x"], (), seed=0))


def test_a_lottery_ticket_is_exactly_the_initial_weights_times_the_mask():
    initial, trained = net(), nn.Sequential(nn.Linear(40, 30), nn.ReLU(), nn.Linear(30, 20))
    before = [p.clone() for p in initial.parameters()]
    masks = masks_of(trained)
    ticket = rewound(initial, masks)
    for name, p in ticket.named_parameters():
        assert torch.equal(p, initial.get_parameter(name) * masks.get(name, 1)), name
    assert all(torch.equal(a, b) for a, b in zip(initial.parameters(), before, strict=True))


def test_the_lotterys_control_has_the_masks_and_the_values_but_not_their_places():
    initial = net()
    masks = masks_of(initial, 0.0)
    shuffled, again, other = (redrawn(initial, masks, seed) for seed in (1, 1, 2))
    for name in masks:
        one = shuffled.get_parameter(name)
        assert torch.equal(one.flatten().sort().values, initial.get_parameter(name).flatten().sort().values)
        assert (one == initial.get_parameter(name)).float().mean() < 0.1
        assert torch.equal(one, again.get_parameter(name))
        assert not torch.equal(one, other.get_parameter(name))
    masks = masks_of(initial)
    thin = redrawn(initial, masks, 1)
    assert all((thin.get_parameter(name)[~mask] == 0).all() for name, mask in masks.items())
    assert torch.equal(thin[0].bias, initial[0].bias)
