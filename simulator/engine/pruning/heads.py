"""Structured pruning of the transformers: feed-forward neurons and attention heads go, by slicing.

Source: Michel, Levy and Neubig 2019, "Are Sixteen Heads Really Better than One?",
arXiv:1905.10650, and McCarley, Chakravarti and Sil 2019, arXiv:1910.06360 (neurons).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from simulator.catalog import pruning as catalog
from simulator.engine.models.base import Model
from simulator.engine.models.places import Attention, FeedForward
from simulator.engine.pruning.importance import Calibration, scores_of
from simulator.engine.pruning.units import Cut, left_of, units_to_keep


@torch.no_grad()
def prune_transformer(
    model: nn.Module, module: Model, cut: Cut, calibration: Calibration, whole: nn.Module | None = None
) -> None:
    """Remove feed-forward neurons and attention heads in place, the least important ones.

    Heads always go layer-wise, whatever the scope: a layer has too few of them, and T5's layers share one position
    bias. At least one head stays. Heads are not rounded: each of them is several vectors wide.

    Args:
        model: A transformer; afterwards it runs forward and backward as before, only smaller.
        module: Knows where its neurons and heads are.
        cut: What is removed. A neuron's or head's score is the L2 norm of its weights' scores; if the importance
            draws units, it is drawn for the neuron or head itself.
        calibration: The data that the importance may use.
        whole: The model before anything was removed, in later rounds; None means ``model`` itself.
    """
    feed_forward, attention = module.units(model)
    of_neurons, of_heads = part_scores(model, feed_forward, attention, cut.importance, calibration)
    neurons, head_counts = sizes_of(*module.units(whole or model))
    counts = units_to_keep(of_neurons, cut, neurons)
    for part, score, keep in zip(feed_forward, of_neurons, counts, strict=True):
        kept = largest(score, keep)
        slice_outputs(part.up, kept)
        slice_inputs(part.down, kept)
    for heads, score, before in zip(attention, of_heads, head_counts, strict=True):
        keep_heads(heads, largest(score, max(1, left_of(before, cut.share))))


def part_scores(
    model: nn.Module,
    feed_forward: Sequence[FeedForward],
    attention: Sequence[Attention],
    importance: str,
    calibration: Calibration,
) -> tuple[list[Tensor], list[Tensor]]:
    """A score for every neuron, [neurons] per layer, and for every head, [heads] per attention."""
    if catalog.IMPORTANCES[importance].draws_units:
        generator = torch.Generator().manual_seed(calibration.seed)
        device = feed_forward[0].up.weight.device
        neurons, heads = sizes_of(feed_forward, attention)
        drawn = [torch.rand(n, generator=generator).to(device) for n in (*neurons, *heads)]
        return drawn[: len(neurons)], drawn[len(neurons) :]
    layers = [x for f in feed_forward for x in (f.up, f.down)] + [x for a in attention for x in (*a.inner, *a.outer)]
    names = {module: name for name, module in model.named_modules()}
    weights = {f"{names[layer]}.weight": layer.weight for layer in layers}
    scores = scores_of(importance, model, weights, calibration)
    by_weight = {weights[name]: score for name, score in scores.items()}
    return [f.importance(by_weight) for f in feed_forward], [a.importance(by_weight) for a in attention]


def sizes_of(feed_forward: Sequence[FeedForward], attention: Sequence[Attention]) -> tuple[list[int], list[int]]:
    """The neurons of each feed-forward layer, and the heads of each attention."""
    return [len(f.up.weight) for f in feed_forward], [len(a.inner[0].weight) // a.width for a in attention]


def keep_heads(heads: Attention, kept: Tensor) -> None:
    """Remove all heads except those at the places ``kept`` (ascending) from every layer of ``heads``."""
    rows = (kept[:, None] * heads.width + torch.arange(heads.width, device=kept.device)).flatten()
    for layer in heads.inner:
        slice_outputs(layer, rows)
    for layer in heads.outer:
        slice_inputs(layer, rows)
    if heads.position_bias is not None:
        heads.position_bias.weight = nn.Parameter(heads.position_bias.weight[:, kept].clone())
        heads.position_bias.embedding_dim = len(kept)
    for module in heads.counting:
        module.n_heads, module.inner_dim = len(kept), len(rows)


def largest(score: Tensor, keep: int) -> Tensor:
    """The places of the ``keep`` largest scores, in their order."""
    return score.topk(keep).indices.sort().values


def slice_outputs(layer: nn.Linear, kept: Tensor) -> None:
    """Keep these outputs of a linear layer (rows of its weight, and of its bias)."""
    layer.weight = nn.Parameter(layer.weight[kept].clone())
    if layer.bias is not None:
        layer.bias = nn.Parameter(layer.bias[kept].clone())
    layer.out_features = len(kept)


def slice_inputs(layer: nn.Linear, kept: Tensor) -> None:
    """Keep these inputs of a linear layer (columns of its weight)."""
    layer.weight = nn.Parameter(layer.weight[:, kept].clone())
    layer.in_features = len(kept)
