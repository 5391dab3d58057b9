"""A run of the tiny CNN of the tests, before its first training."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from torch import nn

from simulator.config.run import make_config
from simulator.engine.setup import Setup, prepare
from simulator.events import Variant


@dataclass(frozen=True)
class Untrained:
    """What a run works with, and its untrained variants."""

    setup: Setup
    variants: dict[Variant, nn.Module]


@pytest.fixture
def untrained(tiny_cnn: None) -> Untrained:
    """A teacher, a student, and the student with a part of its weights gone."""
    setup = prepare(make_config({"model": "tiny_cnn", "train_examples": 64, "weights": "scratch"}))
    teacher = setup.module.build_teacher(len(setup.dataset.class_names), setup.weights, 0).eval()
    distilled, pruned = (
        setup.module.build_student(teacher, setup.config.student_size, seed=0).eval() for _ in range(2)
    )
    with torch.no_grad():
        for parameter in pruned.parameters():
            if parameter.ndim == 4:
                parameter[::2] = 0
    return Untrained(setup, {"teacher": teacher, "distilled": distilled, "pruned": pruned})
