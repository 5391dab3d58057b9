"""ResNet-18 (He et al. 2015, arXiv:1512.03385); its student has one block a stage, and a width."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torchvision.models import resnet18
from torchvision.models.resnet import BasicBlock, ResNet

from simulator.engine.models.images import make_encoder
from simulator.engine.weights import Weights, load_torchvision

__all__ = ["build_student", "build_teacher", "logits", "make_encoder"]


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
    student = ResNet(BasicBlock, [1, 1, 1, 1], num_classes=teacher.fc.out_features)
    channels = [int(64 * size * 2**stage) for stage in range(4)]
    student.conv1 = nn.Conv2d(3, channels[0], kernel_size=7, stride=2, padding=3, bias=False)
    student.bn1 = nn.BatchNorm2d(channels[0])
    student.inplanes = channels[0]
    for stage, width in enumerate(channels):
        layer = student._make_layer(BasicBlock, width, 1, stride=1 if stage == 0 else 2)
        setattr(student, f"layer{stage + 1}", layer)
    student.fc = nn.Linear(channels[-1], student.fc.out_features)
    for module in student.modules():  # torchvision's own initialisation, for the layers made here
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return student.to(memory_format=torch.channels_last)


def logits(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """Class logits, [batch, classes]."""
    out: Tensor = model(batch["pixels"])
    return out
