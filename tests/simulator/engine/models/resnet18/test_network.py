"""ResNet-18's students, and where features are compared."""

from __future__ import annotations

import torch

from simulator.engine.models import MODULES
from simulator.engine.models.resnet18 import network
from simulator.engine.models.resnet18.structure import build_resnet


def test_students_are_as_published():
    """ResNet-10 at full width: 4.9 M parameters with 1000 classes in the literature, less here with 10."""
    teacher = MODULES["resnet18"].build({"model_type": "resnet", "blocks": 2, "width": 1.0, "num_classes": 10})
    assert sum(p.numel() for p in teacher.parameters()) == 11_181_642
    student = MODULES["resnet18"].build_student(teacher, 1.0, seed=0)
    removed = sum(p.numel() for s in (1, 2, 3, 4) for p in getattr(teacher, f"layer{s}")[1].parameters())
    assert sum(p.numel() for p in student.parameters()) == 11_181_642 - removed
    assert [len(getattr(student, f"layer{s}")) for s in (1, 2, 3, 4)] == [1, 1, 1, 1]


def test_a_student_has_one_block_a_stage_and_its_seed_decides_it():
    teacher = build_resnet(2, 0.25, 7)
    one, two, other = (network.build_student(teacher, 0.25, seed) for seed in (3, 3, 4))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert not torch.equal(one.conv1.weight, other.conv1.weight)
    assert network.architecture(one, 0.25) == {"model_type": "resnet", "blocks": 1, "width": 0.25, "num_classes": 7}
    assert network.architecture(teacher, None) == {"model_type": "resnet", "blocks": 2, "width": 1.0, "num_classes": 7}


def test_features_are_compared_at_the_ends_of_the_four_stages():
    model = build_resnet(1, 0.25, 7)
    places = network.feature_places(model)
    assert places.layers == [model.layer1, model.layer2, model.layer3, model.layer4]
    assert places.reader is model.fc
