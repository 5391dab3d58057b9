"""How many units (channels or neurons) of each layer structured pruning keeps."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

KEEP_AT_LEAST = 0.05
"""A global ranking may not empty a layer: it keeps this share of its units."""


def units_to_keep(
    scores: Sequence[Tensor],
    scope: str,
    target_sparsity: float,
    normalise: bool = True,
    whole: Sequence[int] | None = None,
) -> list[int]:
    """How many units each layer keeps, those with the largest scores.

    Args:
        scores: One tensor a layer, [units that are left].
        scope: "global": one ranking over all layers; "layer_wise": the same share of each.
        target_sparsity: The share of ``whole`` to remove, 0 to 0.95.
        normalise: Whether a global ranking divides scores by their layer's mean first.
        whole: Units of each layer before anything was pruned, where earlier rounds took some; None: all are left.
    """
    before = [len(s) for s in scores] if whole is None else whole
    floors = [max(1, round(n * KEEP_AT_LEAST)) for n in before]
    if scope == "layer_wise":
        return [max(f, left_of(n, target_sparsity)) for f, n in zip(floors, before, strict=True)]
    comparable = torch.cat([s / s.mean().clamp_min(1e-12) if normalise else s for s in scores])
    kept = torch.ones(len(comparable), dtype=torch.bool, device=comparable.device)
    kept[comparable.argsort()[: max(0, len(comparable) - left_of(sum(before), target_sparsity))]] = False
    counts = [int(part.sum()) for part in kept.split([len(s) for s in scores])]
    return [max(f, c) for f, c in zip(floors, counts, strict=True)]


def left_of(units: int, target_sparsity: float) -> int:
    """How many of so many units stay."""
    return units - round(units * target_sparsity)
