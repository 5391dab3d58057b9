"""ResNet-18 (He et al. 2015, arXiv:1512.03385); its student has one block per stage, and a width."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torchvision.models import resnet18

from simulator.engine.models.base import Weights
from simulator.engine.models.images import load_torchvision
from simulator.engine.models.places import FeaturePlaces
from simulator.engine.models.resnet18.structure import build_resnet


def build_teacher(num_classes: int, weights: Weights, seed: int) -> nn.Module:
    """The published architecture with published or random weights and a classifier for ``num_classes``."""
    torch.manual_seed(seed)
    model = resnet18()
    if weights.folder is not None:
        load_torchvision(model, weights)
    model.fc = nn.Linear(model.fc.in_features, num_classes)
    return model.to(memory_format=torch.channels_last)


def build_student(teacher: nn.Module, size: float, seed: int) -> nn.Module:
    """ResNet-10: one block in each of the four stages, at ``size`` times the teacher's channels."""
    torch.manual_seed(seed)
    student = build_resnet(blocks=1, width=size, num_classes=teacher.fc.out_features)
    return student.to(memory_format=torch.channels_last)


def architecture(model: nn.Module, size: float | None) -> dict[str, Any]:
    """For :func:`~simulator.engine.models.resnet18.structure.build`; ``size`` is None for the teacher."""
    blocks, width = (2, 1.0) if size is None else (1, size)
    return {"model_type": "resnet", "blocks": blocks, "width": width, "num_classes": model.fc.out_features}


def feature_places(model: nn.Module) -> FeaturePlaces:
    """The four stages, and the classifier."""
    stages = [model.get_submodule(f"layer{number}") for number in (1, 2, 3, 4)]
    return FeaturePlaces(stages, model.fc)
