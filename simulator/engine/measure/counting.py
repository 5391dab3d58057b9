"""Parameters and MACs of the published architectures, counted by our own code."""

from __future__ import annotations

import torch
from torch import Tensor

from simulator.catalog.counts import Count
from simulator.catalog.model_info import Kind
from simulator.catalog.models import MODELS
from simulator.engine.measure.compute import count_macs
from simulator.engine.measure.size import parameters_of
from simulator.engine.models import MODULES, weights

TOKENS = 128
PIXELS = 224
CLASSES: dict[Kind, int] = {"text": 2, "image": 1000}


def count(name: str) -> Count:
    """Build a model at full size with random weights and count it."""
    module, kind = MODULES[name], MODELS[name].kind
    model = module.build_teacher(CLASSES[kind], weights.find(name, "scratch"), seed=0)
    parameters = sum(p.numel() for p in parameters_of(model).values())
    example, at = example_input(kind, CLASSES[kind])
    return Count(parameters, count_macs(model, module.exported_call, example), at)


def example_input(kind: Kind, classes: int) -> tuple[dict[str, Tensor], str]:
    """One input of the size to which published figures refer, and its size in words."""
    if kind == "image":
        return {"pixels": torch.zeros(1, 3, PIXELS, PIXELS)}, f"{PIXELS} x {PIXELS} pixels, {classes} classes"
    ids = torch.ones(1, TOKENS, dtype=torch.long)
    labels = torch.arange(classes).unsqueeze(0)
    return {"input_ids": ids, "attention_mask": ids, "label_ids": labels}, f"{TOKENS} tokens, {classes} labels"
