"""MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381); its student has a smaller width multiplier."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torchvision.models import mobilenet_v2

from simulator.engine.models.base import Weights
from simulator.engine.models.images import load_torchvision
from simulator.engine.models.places import FeaturePlaces

STAGES = (3, 6, 13, 17)
"""The last block before each halving of the picture, and the last of all."""


def build_teacher(num_classes: int, weights: Weights, seed: int) -> nn.Module:
    """The published architecture with published or random weights and a classifier for ``num_classes``."""
    torch.manual_seed(seed)
    model = mobilenet_v2()
    if weights.folder is not None:
        load_torchvision(model, weights)
    model.classifier[1] = nn.Linear(model.last_channel, num_classes)
    return model.to(memory_format=torch.channels_last)


def build_student(teacher: nn.Module, size: float, seed: int) -> nn.Module:
    """A MobileNetV2 with width multiplier ``size``."""
    torch.manual_seed(seed)
    student = mobilenet_v2(width_mult=size, num_classes=teacher.classifier[1].out_features)
    return student.to(memory_format=torch.channels_last)


def architecture(model: nn.Module, size: float | None) -> dict[str, Any]:
    """For :func:`~simulator.engine.models.mobilenet_v2.structure.build`; ``size`` is None for the teacher."""
    width = 1.0 if size is None else size
    return {"model_type": "mobilenet_v2", "width": width, "num_classes": model.classifier[1].out_features}


def feature_places(model: nn.Module) -> FeaturePlaces:
    """The ends of the stages, and the classifier."""
    return FeaturePlaces([model.features[number] for number in STAGES], model.classifier)
