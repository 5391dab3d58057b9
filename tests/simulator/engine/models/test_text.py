"""What text models share: padding, which layers a student copies, and the shorter way."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from simulator.engine.models.text import copy_layers, evenly_spaced, lines, pad, shortened
from tests.small_models import small_t5


def test_padding_is_masked_and_nothing_else() -> None:
    batch = pad([[5, 6, 7], [0], []], 9)
    assert batch["input_ids"].tolist() == [[5, 6, 7], [0, 9, 9], [9, 9, 9]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("keep", range(2, 7))
def test_a_student_copies_different_layers_from_the_first_to_the_last(keep: int) -> None:
    layers = evenly_spaced(6, keep)
    assert len(set(layers)) == keep
    assert layers == sorted(layers)
    assert (layers[0], layers[-1]) == (0, 5)


def test_layers_are_copied_not_shared() -> None:
    teacher, student = (nn.ModuleList(nn.Linear(2, 2) for _ in range(count)) for count in (3, 2))
    copy_layers(teacher, student)
    for mine, theirs in ((student[0], teacher[0]), (student[1], teacher[2])):
        assert torch.equal(mine.weight, theirs.weight)
        assert mine.weight is not theirs.weight
    assert evenly_spaced(6, 1) == [0]


def test_the_shorter_way_ends_even_after_an_error() -> None:
    layer, x = nn.Linear(2, 2), torch.ones(1, 2)
    usual = layer(x)
    way = {layer: lambda module, inputs: inputs * 3}
    with shortened(way):
        assert torch.equal(layer(x), x * 3)
    with pytest.raises(RuntimeError, match="shape"), shortened(way):
        layer(x).view(5)
    assert torch.equal(layer(x), usual)


def test_white_space_is_folded() -> None:
    assert lines([" a\n b\t\tc ", ""]) == ["a b c", ""]


def test_the_model_is_whole_again_after_a_failure() -> None:
    model = small_t5()
    ways = {block: lambda *given: None for block in model.decoder.block}
    with pytest.raises(RuntimeError, match="stop"), shortened(ways):
        raise RuntimeError("stop")
    assert not any("forward" in vars(module) for module in model.modules())
