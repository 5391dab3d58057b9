"""How a DistilBERT is built. This file travels with every export, in load.py: it imports nothing of the simulator."""

from __future__ import annotations

from typing import Any

from torch import nn
from transformers import DistilBertConfig, DistilBertForSequenceClassification
from transformers.initialization import no_init_weights


def build(architecture: dict[str, Any]) -> nn.Module:
    """An unpruned model with a classifier; its weights are filled in afterwards. Drawing random ones takes seconds.

    Args:
        architecture: The configuration as transformers writes it.
    """
    with no_init_weights():
        return DistilBertForSequenceClassification(DistilBertConfig(**architecture))
