"""All that the engine knows about it; what image models share comes from ``images``."""

from typing import Any

import torch
from torch import nn

from simulator.engine.models.base import Weights
from simulator.engine.models.images import image_model
from simulator.engine.models.places import FeaturePlaces
from tests.tiny_cnn.structure import TinyCnn, build


def build_teacher(num_classes: int, weights: Weights, seed: int) -> nn.Module:
    """At full width, from random weights: none are published."""
    torch.manual_seed(seed)
    return TinyCnn(1.0, num_classes).to(memory_format=torch.channels_last)


def build_student(teacher: nn.Module, size: float, seed: int) -> nn.Module:
    """As the teacher, with ``size`` times its channels."""
    torch.manual_seed(seed)
    return TinyCnn(size, teacher.classifier.out_features).to(memory_format=torch.channels_last)


def architecture(model: nn.Module, size: float | None) -> dict[str, Any]:
    """What ``build`` needs; ``size`` is None for the teacher."""
    return {"width": size or 1.0, "num_classes": model.classifier.out_features}


def feature_places(model: nn.Module) -> FeaturePlaces:
    """The three stages, and the classifier."""
    return FeaturePlaces(list(model.stages), model.classifier)


MODEL = image_model(
    classifier=("classifier",),
    build_teacher=build_teacher,
    build_student=build_student,
    feature_places=feature_places,
    architecture=architecture,
    build=build,
)
