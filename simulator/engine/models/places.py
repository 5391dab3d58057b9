"""The places of a network's parts: parts that structured pruning removes, and features that some methods compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

WeightScores = Mapping[Tensor, Tensor]
"""From a layer's weight to the scores of its weights, in the same shape."""


@dataclass(frozen=True)
class FeedForward:
    """A pair of linear layers: ``up`` to the neurons and ``down`` from them."""

    up: nn.Linear
    down: nn.Linear

    def importance(self, scores: WeightScores) -> Tensor:
        """The L2 norm of the scores of all weights that go into or out of each neuron, [neurons]."""
        return (scores[self.up.weight].square().sum(1) + scores[self.down.weight].square().sum(0)).sqrt()


@dataclass(frozen=True)
class Attention:
    """Attentions that must lose the same heads: a single one, or all that share a position bias.

    Attributes:
        inner: Their query, key and value layers: [heads * width, model].
        outer: Their output layers: [model, heads * width].
        width: Dimensions of a head.
        position_bias: T5's relative position bias, [buckets, heads]; None elsewhere.
        counting: Modules that hold the number of their heads as ``n_heads``, and their width as ``inner_dim``.
    """

    inner: Sequence[nn.Linear]
    outer: Sequence[nn.Linear]
    width: int
    position_bias: nn.Embedding | None = None
    counting: Sequence[nn.Module] = ()

    def importance(self, scores: WeightScores) -> Tensor:
        """The L2 norm of the scores of all weights of each head, [heads]."""
        into = torch.stack([scores[layer.weight].square().sum(1) for layer in self.inner]).sum(0)
        out_of = torch.stack([scores[layer.weight].square().sum(0) for layer in self.outer]).sum(0)
        return (into + out_of).view(-1, self.width).sum(1).sqrt()


Units = tuple[list[FeedForward], list[Attention]]
"""The feed-forward layers and the attentions of a transformer."""


@dataclass(frozen=True)
class Look:
    """The parts of an attention that decide where its heads look.

    Attributes:
        query, key: Its layers, to [batch, tokens, heads * width].
        width: Dimensions of a head.
        scores: From queries and keys, both [batch, heads, tokens, width], to scores before the softmax,
            [batch, heads, queries, keys].
    """

    query: nn.Module
    key: nn.Module
    width: int
    scores: Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class FeaturePlaces:
    """Where a model's features are.

    Attributes:
        layers: The layers that are compared: a CNN's stages, or a transformer's (encoder) layers.
        reader: The module whose input the answer is read from.
        looks: Of each (encoder) self-attention; none in a CNN.
    """

    layers: Sequence[nn.Module]
    reader: nn.Module
    looks: Sequence[Look] = ()
