"""How many units (channels or neurons) of each layer structured pruning keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from simulator.catalog.pruning import IMPORTANCES, SCOPES

KEEP_AT_LEAST = 0.05
"""A global ranking may not empty a layer: it keeps this share of its units."""


@dataclass(frozen=True)
class Cut:
    """What structured pruning removes.

    Attributes:
        scope: "global": one ranking over all layers, of scores divided by their layer's mean (scales of batch norm
            are compared as they are, as in their paper); "layer_wise": the same share of each.
        share: Of the whole model's units to remove, 0 to 0.95.
        importance: How weights are scored.
        round_to: How many units a layer keeps is rounded up to a multiple of this, as far as there are units.
    """

    scope: str
    share: float
    importance: str
    round_to: int = 1


def units_to_keep(scores: Sequence[Tensor], cut: Cut, whole: Sequence[int] | None = None) -> list[int]:
    """The number of units that each layer keeps, those with the largest scores.

    Args:
        scores: One tensor per layer, [units that are left].
        whole: Units of each layer before anything was pruned, if earlier rounds removed some; None: all are left.
    """
    left = [len(s) for s in scores]
    before = left if whole is None else whole
    floors = [max(1, round(n * KEEP_AT_LEAST)) for n in before]
    if not SCOPES[cut.scope].over_all_layers:
        counts = [left_of(n, cut.share) for n in before]
    else:
        normalise = not IMPORTANCES[cut.importance].is_scale
        counts = ranked_together(scores, left_of(sum(before), cut.share), normalise)
    lowest = [max(f, c) for f, c in zip(floors, counts, strict=True)]
    return [min(n, -(-c // cut.round_to) * cut.round_to) for n, c in zip(left, lowest, strict=True)]


def ranked_together(scores: Sequence[Tensor], keep: int, normalise: bool) -> list[int]:
    """The number of units in each layer that are among the ``keep`` best of all layers."""
    comparable = torch.cat([s / s.mean().clamp_min(1e-12) if normalise else s for s in scores])
    kept = torch.ones(len(comparable), dtype=torch.bool, device=comparable.device)
    kept[comparable.argsort()[: max(0, len(comparable) - keep)]] = False
    return [int(part.sum()) for part in kept.split([len(s) for s in scores])]


def left_of(units: int, target_sparsity: float) -> int:
    """The number of units that stay."""
    return units - round(units * target_sparsity)
