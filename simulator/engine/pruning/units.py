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
    round_to: int = 1,
) -> list[int]:
    """How many units each layer keeps, those with the largest scores.

    Args:
        scores: One tensor a layer, [units that are left].
        scope: "global": one ranking over all layers; "layer_wise": the same share of each.
        target_sparsity: The share of ``whole`` to remove, 0 to 0.95.
        normalise: Whether a global ranking divides scores by their layer's mean first.
        whole: Units of each layer before anything was pruned, where earlier rounds took some; None: all are left.
        round_to: Counts are rounded up to multiples of this, as far as there are units.
    """
    left = [len(s) for s in scores]
    before = left if whole is None else whole
    floors = [max(1, round(n * KEEP_AT_LEAST)) for n in before]
    if scope == "layer_wise":
        counts = [left_of(n, target_sparsity) for n in before]
    else:
        counts = ranked_together(scores, left_of(sum(before), target_sparsity), normalise)
    lowest = [max(f, c) for f, c in zip(floors, counts, strict=True)]
    return [min(n, -(-c // round_to) * round_to) for n, c in zip(left, lowest, strict=True)]


def ranked_together(scores: Sequence[Tensor], keep: int, normalise: bool) -> list[int]:
    """How many of the ``keep`` best units of all layers lie in each layer."""
    comparable = torch.cat([s / s.mean().clamp_min(1e-12) if normalise else s for s in scores])
    kept = torch.ones(len(comparable), dtype=torch.bool, device=comparable.device)
    kept[comparable.argsort()[: max(0, len(comparable) - keep)]] = False
    return [int(part.sum()) for part in kept.split([len(s) for s in scores])]


def left_of(units: int, target_sparsity: float) -> int:
    """How many of so many units stay."""
    return units - round(units * target_sparsity)
