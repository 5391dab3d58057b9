"""Structured pruning of the CNNs: whole channels go, and the model gets physically smaller.

Removing a channel of one layer changes the layers after it, beside it (residual sums) and its
norm. torch-pruning's dependency graph finds what belongs together (Fang et al. 2023, "DepGraph:
Towards Any Structural Pruning", arXiv:2301.12900).
"""

from __future__ import annotations

from collections.abc import Collection

import torch
import torch_pruning
from torch import Tensor, nn

KEEP_AT_LEAST = 0.05
"""A global ranking may not empty a layer: every group keeps this share of its channels."""


def prune_channels(
    model: nn.Module, example: Tensor, classifier: Collection[str], scope: str, target_sparsity: float
) -> None:
    """Remove channels in place, those whose weights have the smallest L2 norm, group by group.

    Args:
        model: A CNN; afterwards it runs forward and backward as before, only smaller.
        example: One input, [1, 3, height, width], to trace the dependencies with.
        classifier: Names of the top-level modules whose outputs (the classes) must stay.
        scope: "global": one ranking over all groups; "layer_wise": the same share of each.
        target_sparsity: The share of channels to remove, 0 to 0.95.
    """
    model.eval()
    ignored = [m for name in classifier for m in getattr(model, name).modules() if isinstance(m, nn.Linear)]
    pruner = torch_pruning.BasePruner(
        model,
        example,
        importance=torch_pruning.importance.GroupMagnitudeImportance(p=2),
        global_pruning=scope == "global",
        pruning_ratio=target_sparsity,
        max_pruning_ratio=1 - KEEP_AT_LEAST,
        ignored_layers=ignored,
    )
    with torch.enable_grad():  # the graph is traced through autograd
        pruner.step()
    model.to(memory_format=torch.channels_last)  # the smaller weights come in the default layout
