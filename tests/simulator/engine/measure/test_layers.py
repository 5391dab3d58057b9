"""The layers of a network: they add up to the whole, in the order in which they run."""

from __future__ import annotations

import pytest
import torch

from simulator.engine.measure.compute import count_macs
from simulator.engine.measure.layers import layers_of
from simulator.engine.models import MODULES
from simulator.engine.models.resnet18.structure import build_resnet
from tests.small_models import small_distilbert, small_t5, token_batch

CASES = {
    "t5_small": (small_t5, lambda: token_batch(1)),
    "distilbert": (small_distilbert, lambda: token_batch(1)),
    "resnet18": (lambda: build_resnet(1, 0.125, 3), lambda: {"pixels": torch.randn(1, 3, 32, 32)}),
}


@pytest.mark.parametrize("name", CASES)
def test_layers_add_up_to_the_model(name):
    build, batch = CASES[name]
    module = MODULES[name]
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
    layers = {x.name: x for x in layers_of(small_distilbert(), MODULES["distilbert"].logits, token_batch(2))}
    up = layers["distilbert.transformer.layer.0.ffn.lin1"]
    assert (up.weight_shape, up.output_shape, up.macs) == ((40, 24), (7, 40), 2 * 7 * 24 * 40)
    assert layers["distilbert.transformer.layer.0.attention"].macs == 2 * 2 * 7 * 7 * 24  # scores, then their sum


def test_layers_stand_in_the_order_in_which_they_run():
    names = [x.name for x in layers_of(build_resnet(1, 0.125, 3), MODULES["resnet18"].logits, CASES["resnet18"][1]())]
    assert names[:3] == ["conv1", "bn1", "layer1.0.conv1"]
    assert names[-1] == "fc"
