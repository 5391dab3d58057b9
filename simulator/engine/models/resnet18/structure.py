"""How a ResNet is built. This file travels with every export, in load.py: it imports nothing of the simulator."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models.resnet import BasicBlock, ResNet


def build(architecture: dict[str, Any]) -> nn.Module:
    """An unpruned model of this architecture; its weights are filled in afterwards.

    Args:
        architecture: ``blocks`` per stage, ``width`` and ``num_classes``.
    """
    return build_resnet(architecture["blocks"], architecture["width"], architecture["num_classes"])


def build_resnet(blocks: int, width: float, num_classes: int) -> nn.Module:
    """torchvision's ResNet of four stages with ``blocks`` basic blocks each and ``width`` times its channels."""
    model = ResNet(BasicBlock, [blocks] * 4, num_classes=num_classes)
    if width != 1.0:
        narrow(model, blocks, width)
    for stage in (model.layer2, model.layer3, model.layer4):
        stage[0].downsample[0] = StridedPointwise(stage[0].downsample[0])
    return model


def narrow(model: nn.Module, blocks: int, width: float) -> None:
    """Make the stages of a torchvision ResNet ``width`` times as wide, with weights drawn anew."""
    channels = [int(64 * width * 2**stage) for stage in range(4)]
    model.conv1 = nn.Conv2d(3, channels[0], kernel_size=7, stride=2, padding=3, bias=False)
    model.bn1 = nn.BatchNorm2d(channels[0])
    model.inplanes = channels[0]
    for stage, planes in enumerate(channels):
        layer = model._make_layer(BasicBlock, planes, blocks, stride=1 if stage == 0 else 2)
        setattr(model, f"layer{stage + 1}", layer)
    model.fc = nn.Linear(channels[-1], model.fc.out_features)
    for module in model.modules():  # as torchvision initialises the layers that were replaced
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


class StridedPointwise(nn.Conv2d):
    """A strided 1x1 convolution, computed as one without a stride on the pixels that the stride selects.

    Outputs and gradients are the same. oneDNN's gradient for the weights of the strided one overruns its workspace
    where pictures are stored channels last and have fewer channels than a vector holds numbers (8 with AVX2, 16 with
    AVX-512), as a pruned student's have: https://github.com/uxlfoundation/oneDNN/issues/6035.

    Args:
        layer: The convolution, of kernel 1 and without a bias, whose weight becomes this one's.
    """

    def __init__(self, layer: nn.Conv2d) -> None:
        super().__init__(layer.in_channels, layer.out_channels, 1, layer.stride, bias=False, device="meta")
        self.weight = layer.weight

    def forward(self, pixels: Tensor) -> Tensor:
        """[examples, in_channels, height, width] to [examples, out_channels, height / stride, width / stride]."""
        if not torch.is_grad_enabled():
            return super().forward(pixels)
        return F.conv2d(F.avg_pool2d(pixels, 1, self.stride), self.weight)
