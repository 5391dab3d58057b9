"""What happens inside a network while it answers: the features that some methods compare."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from simulator.engine.datasets.batches import Batch
from simulator.engine.host.device import autocast
from simulator.engine.models.base import Model
from simulator.engine.models.places import FeaturePlaces, Look


class Features(NamedTuple):
    """Of one batch, float32. ``attention`` and ``real`` are empty and None for image models.

    Attributes:
        layers: Of a CNN's stages [batch, channels, height, width]; of a transformer's (encoder) layers
            [batch, tokens, width].
        pooled: What the classifier reads, [batch, width]; for T5 the decoder's first position.
        attention: Of each layer, [batch, heads, queries, keys]; rows sum to 1.
        real: [batch, tokens], True where a token is not padding.
    """

    layers: tuple[Tensor, ...]
    pooled: Tensor
    attention: tuple[Tensor, ...]
    real: Tensor | None


class Tap:
    """Listens to a model's layers during its forward pass; a context manager, which removes the hooks at its end.

    Args:
        places: Where the model's features are.
        attention: Whether the attention probabilities are computed too; if not, ``Features.attention`` is empty.
    """

    def __init__(self, places: FeaturePlaces, attention: bool) -> None:
        self.places = places
        self.looks = places.looks if attention else ()
        self.heard: dict[str, Any] = {}
        self.handles: list[torch.utils.hooks.RemovableHandle] = []

    def __enter__(self) -> Tap:
        for number, layer in enumerate(self.places.layers):
            self._listen(f"layer {number}", layer)
        self.handles.append(
            self.places.reader.register_forward_pre_hook(lambda _, inputs: self.heard.update(pooled=inputs[0]))
        )
        for number, look in enumerate(self.looks):
            self._listen(f"query {number}", look.query)
            self._listen(f"key {number}", look.key)
        return self

    def __exit__(self, *exception: object) -> None:
        for handle in self.handles:
            handle.remove()
        self.heard.clear()

    def _listen(self, name: str, module: nn.Module) -> None:
        def hear(module: nn.Module, inputs: Any, output: Any) -> None:
            self.heard[name] = output[0] if isinstance(output, tuple) else output

        self.handles.append(module.register_forward_hook(hear))

    def features(self, batch: Batch) -> Features:
        """The features of the last forward pass, which was of ``batch``."""
        real = batch["attention_mask"].bool() if "attention_mask" in batch else None
        attention = tuple(
            attention_probabilities(look, self.heard[f"query {n}"], self.heard[f"key {n}"], real)
            for n, look in enumerate(self.looks)
        )
        heard = tuple(self.heard[f"layer {n}"].float() for n, _ in enumerate(self.places.layers))
        pooled = self.heard["pooled"].float()
        return Features(heard, pooled[:, 0] if pooled.ndim == 3 else pooled.flatten(1), attention, real)


def attention_probabilities(look: Look, query: Tensor, key: Tensor, real: Tensor | None) -> Tensor:
    """Where each head of a layer looks: softmax of its scores over the real tokens, [batch, heads, queries, keys].

    Computed from queries and keys, without dropout: the fused attention that runs does not return its probabilities.

    Args:
        query, key: [batch, tokens, heads * width].
        real: [batch, tokens].
    """
    q, k = (x.float().unflatten(-1, (-1, look.width)).transpose(1, 2) for x in (query, key))
    return look.scores(q, k).masked_fill(~real[:, None, None, :], -torch.inf).softmax(-1)


def matched(student_layers: int, teacher_layers: int) -> list[int]:
    """Which teacher layer each student layer is compared with: evenly spaced, the last with the last.

    Source: Jiao et al. 2020 (TinyBERT), arXiv:1909.10351, section 4.1, the uniform mapping.
    """
    return [(n + 1) * teacher_layers // student_layers - 1 for n in range(student_layers)]


@torch.no_grad()
def look(model: nn.Module, module: Model, batch: Batch, attention: bool = True, bfloat16: bool = False) -> Features:
    """The features of a batch in evaluation mode; the model's own mode is kept.

    Args:
        module: Knows the model.
        attention: As for :class:`Tap`.
        bfloat16: Whether matrix products run in bfloat16.
    """
    training = model.training
    model.eval()
    with Tap(module.feature_places(model), attention) as tap:
        with autocast(next(model.parameters()).device, bfloat16):
            module.logits(model, batch)
        features = tap.features(batch)
    model.train(training)
    return features
