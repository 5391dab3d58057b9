"""How a lesson is made: which examples, whose MACs, which slices, on small models of the real classes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from simulator.engine.deploy import lesson
from simulator.engine.measure.compute import count_macs
from simulator.engine.measure.layers import layers_of
from simulator.engine.models import distilbert, resnet18, t5_small
from simulator.engine.models.resnet18.structure import build_resnet
from tests.small_models import small_distilbert, small_t5, token_batch

CASES = {
    "t5_small": (small_t5, t5_small, lambda: token_batch(1)),
    "distilbert": (small_distilbert, distilbert, lambda: token_batch(1)),
    "resnet18": (lambda: build_resnet(1, 0.125, 3), resnet18, lambda: {"pixels": torch.randn(1, 3, 32, 32)}),
}


@pytest.mark.parametrize("name", CASES)
def test_layers_add_up_to_the_model(name):
    build, module, batch = CASES[name]
    model, example = build(), batch()
    before = module.logits(model.eval(), example)
    layers = layers_of(model, module.logits, example)
    assert sum(x.parameters for x in layers) == sum(p.numel() for p in model.parameters())
    assert sum(x.zeros for x in layers) == sum(int((p == 0).sum()) for p in model.parameters())
    assert sum(x.macs for x in layers) == count_macs(model, module.logits, example)
    assert all(x.macs >= 0 for x in layers)
    assert len({x.name for x in layers}) == len(layers)
    torch.testing.assert_close(module.logits(model, example), before)


def test_a_linear_layers_macs_and_shapes_are_its_own():
    layers = {x.name: x for x in layers_of(small_distilbert(), distilbert.logits, token_batch(2))}
    up = layers["distilbert.transformer.layer.0.ffn.lin1"]
    assert (up.weight_shape, up.output_shape, up.macs) == ((40, 24), (7, 40), 2 * 7 * 24 * 40)
    assert layers["distilbert.transformer.layer.0.attention"].macs == 2 * 2 * 7 * 7 * 24  # scores, then their sum


def test_layers_stand_in_the_order_in_which_they_run():
    names = [x.name for x in layers_of(build_resnet(1, 0.125, 3), resnet18.logits, CASES["resnet18"][2]())]
    assert names[:3] == ["conv1", "bn1", "layer1.0.conv1"]
    assert names[-1] == "fc"


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
