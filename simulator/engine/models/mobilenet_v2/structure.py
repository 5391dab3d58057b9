"""How a MobileNetV2 is built. This file travels with every export, in load.py: it imports nothing of the simulator."""

from __future__ import annotations

from typing import Any

from torch import nn
from torchvision.models import mobilenet_v2


def build(architecture: dict[str, Any]) -> nn.Module:
    """An unpruned model of this architecture; its weights are filled in afterwards.

    Args:
        architecture: ``width`` and ``num_classes``.
    """
    return mobilenet_v2(width_mult=architecture["width"], num_classes=architecture["num_classes"])
