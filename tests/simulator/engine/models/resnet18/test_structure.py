"""A ResNet as torchvision has it, but for how two of its layers are trained."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torchvision.models import resnet18

from simulator.engine.measure.size import layer_reports
from simulator.engine.models.resnet18.structure import StridedPointwise, build_resnet


def test_a_resnet_starts_as_torchvisions_and_its_layers_are_called_the_same():
    torch.manual_seed(0)
    ours = build_resnet(2, 1.0, 10)
    torch.manual_seed(0)
    theirs = resnet18(num_classes=10)
    assert layer_reports(ours) == layer_reports(theirs)
    assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), theirs.parameters(), strict=True))


@pytest.mark.parametrize("width", [0.25, 0.5])
def test_every_stage_of_a_narrow_one_is_as_wide_as_asked(width):
    model = build_resnet(1, width, 5)
    assert model.conv1.out_channels == 64 * width
    assert [model.get_submodule(f"layer{n}")[-1].conv2.out_channels for n in (1, 2, 3, 4)] == [
        64 * width * 2**stage for stage in range(4)
    ]
    assert model(torch.zeros(2, 3, 32, 32)).shape == (2, 5)


@pytest.mark.parametrize("size", [8, 7])
def test_a_strided_pointwise_convolution_has_the_outputs_and_gradients_of_the_plain_one(size):
    plain = nn.Conv2d(3, 4, 1, stride=2, bias=False)
    ours = StridedPointwise(copy.deepcopy(plain))
    x = torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(0))
    for layer in (plain, ours):
        layer(x).square().sum().backward()
    torch.testing.assert_close(ours(x), plain(x))
    torch.testing.assert_close(ours.weight.grad, plain.weight.grad)
    with torch.no_grad():
        assert torch.equal(ours(x), plain(x))
