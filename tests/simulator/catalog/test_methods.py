"""The methods' entries: what the losses take from them."""

from __future__ import annotations

import pytest

from simulator.catalog.methods import METHODS, SOFT_TARGETS
from simulator.engine.distillation import methods
from simulator.engine.distillation.feature_losses import FEATURE_METHODS


def test_an_entry_is_found_by_its_name() -> None:
    assert [method.name for method in METHODS.values()] == list(METHODS)
    assert METHODS[SOFT_TARGETS].is_divergence


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_labels_weigh_what_alpha_leaves_unless_the_paper_fixes_it(alpha: float) -> None:
    assert METHODS["kd"].weight_of_labels(alpha) == 1 - alpha
    assert METHODS["dkd"].weight_of_labels(alpha) == 1


@pytest.mark.parametrize("name", METHODS)
def test_a_method_that_compares_features_has_its_loss_among_those_and_no_other_does(name: str) -> None:
    method = METHODS[name]
    assert (name in FEATURE_METHODS) == method.compares_features
    assert method.compares_features or name in methods.LOGITS_METHODS
    assert not method.compares_attention or method.compares_features
    assert all(hasattr(methods, helper) for helper in method.helpers)
