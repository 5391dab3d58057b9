"""How a lesson is made: which examples, whose MACs, which slices, on small models of the real classes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from simulator.engine.deploy import lesson


def test_examples_on_which_variants_differ_come_first():
    answers = {"teacher": np.zeros(500, int), "control": np.zeros(500, int)}
    answers["control"][[3, 400]] = 1
    shown = lesson.choose_examples(answers)
    assert {3, 400} <= set(shown) and len(shown) == 60
    answers["control"][:100] = 1
    shown = lesson.choose_examples(answers)
    assert sum(i < 100 or i == 400 for i in shown) == 45
    assert lesson.choose_examples({"teacher": np.zeros(7, int)}) == list(range(7))


def test_grey_pictures_lose_their_third_dimension_and_others_do_not():
    grey = np.repeat(np.arange(12, dtype=np.uint8).reshape(1, 3, 4, 1), 3, axis=3)
    assert lesson.grey_if_grey(grey).shape == (1, 3, 4)
    grey[0, 0, 0, 1] += 1
    assert lesson.grey_if_grey(grey).shape == (1, 3, 4, 3)


def test_the_input_norm_of_a_convolution_is_that_of_its_matrix_view():
    """The convolution is the product of its matrix view with the unfolded input; so the norms belong to its columns."""
    torch.manual_seed(0)
    layer, x = nn.Conv2d(3, 4, 3, stride=2, padding=1, bias=False), torch.randn(5, 3, 8, 8)
    norm = lesson.input_norm(layer, x, {})
    assert norm.shape == (27,)
    for column in (0, 13, 26):
        only = torch.zeros_like(layer.weight).flatten(1)
        only[0, column] = 1
        out = nn.functional.conv2d(x, only.view_as(layer.weight), stride=2, padding=1)[:, 0]
        assert norm[column] == pytest.approx(out.norm().item(), rel=1e-5)


def test_padding_is_left_out_of_a_linear_layers_input_norm():
    x, mask = torch.ones(2, 3, 4), torch.tensor([[1, 1, 1], [1, 0, 0]])
    norm = lesson.input_norm(nn.Linear(4, 2), x, {"attention_mask": mask})
    torch.testing.assert_close(norm, torch.full((4,), 2.0))
