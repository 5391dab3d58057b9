"""How many units of each layer stay."""

import pytest
import torch

from simulator.engine.pruning.units import Cut, units_to_keep


@pytest.mark.parametrize("scope", ["global", "layer_wise"])
def test_what_is_kept_is_rounded_up_as_far_as_there_are_units(scope):
    torch.manual_seed(0)
    scores = [torch.rand(n) for n in (64, 64, 20, 3)]
    exact, rounded = (units_to_keep(scores, Cut(scope, 0.7, "magnitude", n)) for n in (1, 8))
    assert rounded == [min(len(s), -(-n // 8) * 8) for s, n in zip(scores, exact, strict=True)]
    assert rounded[-1] == 3
    assert units_to_keep(scores, Cut(scope, 0.0, "magnitude", 8)) == [64, 64, 20, 3]


def test_a_global_ranking_takes_more_from_the_weaker_layer_but_empties_none():
    torch.manual_seed(0)
    scores = [torch.rand(100) + 0.5 for _ in range(2)]
    scores[1][:90] *= 1e-3  # most units of the second layer do next to nothing
    keep = units_to_keep(scores, Cut("global", 0.45, "magnitude"))
    assert sum(keep) == 110
    assert keep[1] <= 20 < 90 <= keep[0]
    assert min(units_to_keep(scores, Cut("global", 0.95, "magnitude"))) >= 5
    halves = [s[:50] for s in scores]  # what an earlier round left of 200
    assert sum(units_to_keep(halves, Cut("global", 0.7, "magnitude"), whole=[100, 100])) == 60
    assert min(units_to_keep([torch.ones(100), torch.full((100,), 1e-9)], Cut("global", 0.5, "batchnorm_scale"))) == 5
