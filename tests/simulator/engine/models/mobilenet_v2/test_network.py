"""MobileNetV2's students, and where features are compared."""

from __future__ import annotations

import pytest
import torch
from torchvision.models import mobilenet_v2

from simulator.engine.models.mobilenet_v2 import network


@pytest.mark.parametrize("size", [0.35, 0.5])
def test_a_student_is_torchvisions_of_that_width(size):
    teacher = mobilenet_v2(width_mult=0.25, num_classes=7)
    student = network.build_student(teacher, size, seed=3)
    torch.manual_seed(3)
    expected = mobilenet_v2(width_mult=size, num_classes=7)
    assert all(torch.equal(a, b) for a, b in zip(student.parameters(), expected.parameters(), strict=True))
    assert student.classifier[1].out_features == 7
    assert next(student.parameters()).is_contiguous(memory_format=torch.channels_last)
    assert network.architecture(student, size) == {"model_type": "mobilenet_v2", "width": size, "num_classes": 7}
    assert network.architecture(teacher, None)["width"] == 1.0


def test_features_are_compared_where_the_picture_is_halved_next_and_at_the_end():
    model = mobilenet_v2(width_mult=0.25, num_classes=7).eval()
    sizes = []
    places = network.feature_places(model)
    for layer in places.layers:
        layer.register_forward_hook(lambda *x: sizes.append(x[2].shape[-1]))
    model(torch.zeros(1, 3, 64, 64))
    assert sizes == [16, 8, 4, 2]
    assert places.reader is model.classifier
