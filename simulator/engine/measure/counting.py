"""Parameters and MACs of the four published architectures, counted by our own code."""

from __future__ import annotations

import torch
from torch import Tensor

from simulator.catalog.counts import Count
from simulator.engine.host import weights
from simulator.engine.measure.compute import count_macs
from simulator.engine.measure.size import parameters_of
from simulator.engine.models import MODULES

TOKENS = 128
PIXELS = 224
CLASSES = {"distilbert": 2, "t5_small": 2, "mobilenet_v2": 1000, "resnet18": 1000}


def count(name: str) -> Count:
    """Build a model at full size with random weights and count it."""
    module, classes = MODULES[name], CLASSES[name]
    model = module.build_teacher(classes, weights.find(name, "scratch"), seed=0)
    parameters = sum(p.numel() for p in parameters_of(model).values())
    example, at = example_input(name, classes)
    return Count(parameters, count_macs(model, module.exported_call, example), at)


def example_input(name: str, classes: int) -> tuple[dict[str, Tensor], str]:
    """One input of the size that published figures speak of, and its size in words."""
    if name in ("mobilenet_v2", "resnet18"):
        return {"pixels": torch.zeros(1, 3, PIXELS, PIXELS)}, f"{PIXELS} x {PIXELS} pixels, {classes} classes"
    ids = torch.ones(1, TOKENS, dtype=torch.long)
    labels = torch.arange(classes).unsqueeze(0)
    return {"input_ids": ids, "attention_mask": ids, "label_ids": labels}, f"{TOKENS} tokens, {classes} labels"
