"""Which pruning settings go together."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.config.run import make_config
from simulator.errors import InvalidConfig


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"pruning": "2:4", "round_to": 8}, "round_to 8 .*pruning 2:4 removes none: choose pruning structured"),
        ({"pruning": "structured", "also_prune": ["norms"]}, "also_prune norms applies to single weights only"),
        ({"pruning": "2:4", "also_prune": ["norms"]}, "also_prune norms applies to single weights only"),
        ({"importance": "wanda", "also_prune": ["biases"]}, "also_prune biases does not go with importance wanda"),
        ({"importance": "batchnorm_scale", "also_prune": ["norms"]}, "scores the weights of layers only"),
        ({"importance": "batchnorm_scale", "pruning": "2:4"}, "ranks as magnitude does: choose magnitude, random, tay"),
        ({"model": "t5_small", "pruning": "structured", "importance": "batchnorm_scale"}, "only the image models have"),
        ({"model": "distilbert", "importance": "batchnorm_scale"}, "only the image models have, .* or an image model"),
        ({"scope": "by_hand", "pruning": "structured"}, "scope by_hand .*structured one of global, layer_wise"),
        ({"layer_sparsity": "fc.weight=0.5"}, "layer_sparsity is ignored with scope global"),
        ({"scope": "by_hand", "layer_sparsity": "fc.weight"}, "'fc.weight' is not NAME=SHARE"),
        ({"scope": "by_hand", "layer_sparsity": "fc.weight=0.99"}, "'fc.weight=0.99' needs .*0 to 0.95"),
        ({"scope": "by_hand", "layer_sparsity": "a=0.1,a=0.2"}, "'a' is named twice"),
        ({"scope": "by_hand", "layer_sparsity": "a=nan"}, "'a=nan' needs"),
        ({"pruning": "2:4", "schedule": "cubic"}, "cubic does not go with pruning 2:4.*Choose one_shot, lottery"),
        ({"pruning": "structured", "schedule": "lottery"}, "no mask behind.*Choose one_shot, iterative"),
        ({"schedule": "iterative", "recovery_epochs": 0}, "iterative prunes during recovery"),
    ],
)
def test_what_does_not_go_together_is_named_with_what_does(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidConfig, match=message):
        make_config(wrong)


@pytest.mark.parametrize(
    "settings",
    [
        {"also_prune": ["norms"], "importance": "taylor"},
        {"pruning": "structured", "round_to": 8},
        {"pruning": "structured", "importance": "batchnorm_scale"},
        {"scope": "by_hand", "layer_sparsity": "fc.weight=0.5"},
        {"schedule": "iterative", "recovery_epochs": 1},
        {"schedule": "lottery", "recovery_epochs": 0},
    ],
)
def test_what_goes_together_is_taken(settings: dict[str, Any]) -> None:
    assert make_config(settings)
