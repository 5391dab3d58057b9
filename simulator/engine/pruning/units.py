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
    keep_at_least: float = KEEP_AT_LEAST,
    normalise: bool = True,
) -> list[int]:
    """How many units each layer keeps, those with the largest scores.

    Args:
        scores: One tensor a layer, [units].
        scope: "global": one ranking over all layers; "layer_wise": the same share of each.
        target_sparsity: The share to remove, 0 to 0.95.
        keep_at_least: The share of its units, and at least one, that every layer keeps.
        normalise: Whether a global ranking divides scores by their layer's mean first.
    """
    floors = [max(1, round(len(s) * keep_at_least)) for s in scores]
    if scope == "layer_wise":
        return [max(f, len(s) - round(len(s) * target_sparsity)) for f, s in zip(floors, scores, strict=True)]
    comparable = torch.cat([s / s.mean().clamp_min(1e-12) if normalise else s for s in scores])
    kept = torch.ones(len(comparable), dtype=torch.bool, device=comparable.device)
    kept[comparable.argsort()[: round(len(comparable) * target_sparsity)]] = False
    counts = [int(part.sum()) for part in kept.split([len(s) for s in scores])]
    return [max(f, c) for f, c in zip(floors, counts, strict=True)]
