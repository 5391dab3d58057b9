"""Every experiment as small as it can be: a tiny ResNet on a few digits."""

from __future__ import annotations

import pytest
import torch

from simulator.engine.experiments.bench import Bench
from simulator.engine.setup import prepare
from simulator.events import CellFinished
from simulator.experiments import make_experiment

SMALL = {"student_size": 0.25, "train_examples": 96, "epochs": 1, "weights": "scratch"}


TINY = {
    "missing_digit": ({}, {"temperature": (1.0, 8.0)}),
    "few_labels": ({}, {"labels": (20, 60)}),
    "how_hot": ({}, {"temperature": (1.0, 20.0)}),
    "four_way": ({"recovery_epochs": 1}, {}),
    "sweep": ({"recovery_epochs": 1}, {"temperature": (1.0, 4.0), "target_sparsity": (0.5, 0.9)}),
    "sensitivity": ({"target_sparsity": 0.5}, {"sparsity": (0.3, 0.9)}),
    "step_by_step": ({"recovery_epochs": 3}, {"target_sparsity": (0.9,)}),
    "zeros_or_channels": ({"recovery_epochs": 1}, {"parts_removed": (0.5,)}),
    "importance": ({"recovery_epochs": 1}, {"target_sparsity": (0.9,), "importance": ("magnitude", "random")}),
    "mistakes": ({"recovery_epochs": 1}, {}),
}


def tiny(name, seeds=1, **changes):
    settings, axes = TINY[name]
    return make_experiment(name, {**SMALL, **settings, **changes}, axes, seeds)


def cells(events):
    return [e for e in events if isinstance(e, CellFinished)]


def prepared(folder, settings):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KDPS_DATA_DIR", str(folder))
        return prepare(make_experiment("importance", settings).base)


def bench(setup, name, axes=None, **changes):
    """No teacher is trained: an untrained one says something too."""
    own = {"model": setup.config.model, "student_size": setup.config.student_size}
    config = make_experiment(name, {**SMALL, "recovery_epochs": 3, **own, **changes}, axes, 1)
    classes = len(setup.dataset.class_names)
    teacher = setup.module.build_teacher(classes, setup.weights, 0).eval().requires_grad_(False)
    logits = 3 * torch.randn(len(setup.train), classes, generator=torch.Generator().manual_seed(0))
    return Bench(config, setup, teacher, logits)
