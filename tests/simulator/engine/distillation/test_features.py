"""Which layers are compared, and where heads look."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from simulator.engine.distillation.features import attention_probabilities, matched
from simulator.engine.models.places import Look


@pytest.mark.parametrize("student", range(1, 7))
def test_layers_are_compared_in_order_and_the_last_with_the_last(student: int) -> None:
    layers = matched(student, 6)
    assert layers == sorted(set(layers))
    assert len(layers) == student
    assert layers[-1] == 5


def test_layers_are_compared_as_in_tinybert() -> None:
    assert matched(4, 12) == [2, 5, 8, 11]
    assert matched(6, 6) == [0, 1, 2, 3, 4, 5]


def test_each_head_looks_by_its_own_part_of_query_and_key_and_never_at_padding() -> None:
    query, key = torch.randn(2, 1, 3, 4, generator=torch.Generator().manual_seed(0)).unbind()
    real = torch.tensor([[True, True, False]])
    places = Look(nn.Identity(), nn.Identity(), 2, lambda q, k: q @ k.mT)
    looks = attention_probabilities(places, query, key, real)
    assert looks.shape == (1, 2, 3, 3)
    for head, part in enumerate((slice(0, 2), slice(2, 4))):
        expected = (query[0, :, part] @ key[0, :2, part].T).softmax(1)
        torch.testing.assert_close(looks[0, head, :, :2], expected)
    assert (looks[..., 2] == 0).all()
