"""How a tiny CNN is built. This file travels with every export, in load.py: it imports nothing of the simulator."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from torch import Tensor, nn


class TinyCnn(nn.Module):
    """Three stages, each of half the pixels a side of the one before; [examples, 3, height, width] to logits."""

    def __init__(self, width: float, num_classes: int) -> None:
        super().__init__()
        channels = [3, *(int(width * n) for n in (16, 32, 64))]
        self.stages = nn.Sequential(*(stage(*pair) for pair in pairwise(channels)))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(channels[-1], num_classes)

    def forward(self, pixels: Tensor) -> Tensor:
        answer: Tensor = self.classifier(self.pool(self.stages(pixels)).flatten(1))
        return answer


def stage(inputs: int, outputs: int) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


def build(architecture: dict[str, Any]) -> nn.Module:
    """An unpruned model; its weights are filled in afterwards."""
    return TinyCnn(architecture["width"], architecture["num_classes"])
