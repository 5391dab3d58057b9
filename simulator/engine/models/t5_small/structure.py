"""How a T5 is built. This file travels with every export, in load.py: it imports nothing of the simulator."""

from __future__ import annotations

from typing import Any

from torch import nn
from transformers import T5Config, T5ForConditionalGeneration
from transformers.initialization import no_init_weights


def build(architecture: dict[str, Any]) -> nn.Module:
    """An unpruned model; its weights are filled in afterwards. Drawing random ones takes seconds.

    Args:
        architecture: The configuration as transformers writes it.
    """
    with no_init_weights():
        model = T5ForConditionalGeneration(T5Config(**architecture))
    model.register_load_state_dict_post_hook(count_heads)
    return model


def count_heads(model: nn.Module, _: object) -> None:
    """Set each attention's number of heads to that of its weights: pruning leaves fewer heads, of the same width."""
    for module in model.modules():
        if hasattr(module, "key_value_proj_dim"):
            module.inner_dim = len(module.q.weight)
            module.n_heads = module.inner_dim // module.key_value_proj_dim
