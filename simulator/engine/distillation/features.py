"""What happens inside a network while it answers: the features that some methods compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from simulator.engine.datasets.batches import Batch
from simulator.engine.host.device import autocast

MOBILENET_STAGES = ["features.3", "features.6", "features.13", "features.17"]
"""The last block before each halving of the picture, and the last of all."""


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
    """Listens to a model's layers during its forward pass; used as a context, which takes the hooks off again.

    Args:
        attention: Whether the attention probabilities are worked out too; without, ``Features.attention`` is empty.
    """

    def __init__(self, model: nn.Module, attention: bool) -> None:
        self.model = model
        self.looks = queries_and_keys(model) if attention else []
        self.heard: dict[str, Any] = {}
        self.handles: list[torch.utils.hooks.RemovableHandle] = []

    def __enter__(self) -> Tap:
        layers, last = layers_of(self.model)
        for number, layer in enumerate(layers):
            self._listen(f"layer {number}", layer)
        self.handles.append(last.register_forward_pre_hook(lambda _, inputs: self.heard.update(pooled=inputs[0])))
        for number, (query, key) in enumerate(self.looks):
            self._listen(f"query {number}", query)
            self._listen(f"key {number}", key)
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
        """What was heard in the last forward pass, which was of ``batch``."""
        layers, _ = layers_of(self.model)
        real = batch["attention_mask"].bool() if "attention_mask" in batch else None
        attention = tuple(
            attention_probabilities(self.model, self.heard[f"query {n}"], self.heard[f"key {n}"], real)
            for n, _ in enumerate(self.looks)
        )
        heard = tuple(self.heard[f"layer {n}"].float() for n, _ in enumerate(layers))
        pooled = self.heard["pooled"].float()
        return Features(heard, pooled[:, 0] if pooled.ndim == 3 else pooled.flatten(1), attention, real)


def layers_of(model: nn.Module) -> tuple[list[nn.Module], nn.Module]:
    """The layers that are compared, and the module whose input the answer is read from."""
    if not hasattr(model, "config"):
        stages = [f"layer{n}" for n in (1, 2, 3, 4)] if hasattr(model, "layer1") else MOBILENET_STAGES
        return [model.get_submodule(name) for name in stages], list(model.children())[-1]
    if model.config.model_type == "distilbert":
        return list(model.distilbert.transformer.layer), model.get_submodule("pre_classifier")
    return list(model.encoder.block), model.get_submodule("decoder.final_layer_norm")


def queries_and_keys(model: nn.Module) -> list[tuple[nn.Module, nn.Module]]:
    """The query and key layers of each (encoder) self-attention; none in a CNN."""
    if not hasattr(model, "config"):
        return []
    if model.config.model_type == "distilbert":
        return [(layer.attention.q_lin, layer.attention.k_lin) for layer in model.distilbert.transformer.layer]
    attentions = [block.layer[0].SelfAttention for block in model.encoder.block]
    return [(a.q, a.k) for a in attentions]


def attention_probabilities(model: nn.Module, query: Tensor, key: Tensor, real: Tensor | None) -> Tensor:
    """Where each head of a layer looks: softmax of its scores over the real tokens, [batch, heads, queries, keys].

    Worked out from queries and keys, because the fused attention that runs does not give them out; without its dropout.

    Args:
        query, key: [batch, tokens, heads * width].
        real: [batch, tokens].
    """
    t5 = model.config.model_type == "t5"
    width = model.config.d_kv if t5 else model.config.dim // model.config.n_heads
    tokens = query.shape[1]
    q, k = (x.float().unflatten(-1, (-1, width)).transpose(1, 2) for x in (query, key))  # [batch, heads, tokens, width]
    scores = q @ k.transpose(2, 3)
    if t5:  # T5 does not scale, and adds a bias for the distance
        first = model.encoder.block[0].layer[0].SelfAttention
        scores = scores + first.compute_bias(tokens, tokens, device=query.device).float()
    else:
        scores = scores / width**0.5
    return scores.masked_fill(~real[:, None, None, :], -torch.inf).softmax(-1)


def matched(student_layers: int, teacher_layers: int) -> list[int]:
    """Which teacher layer each student layer is compared with: evenly spaced, the last with the last.

    Source: Jiao et al. 2020 (TinyBERT), arXiv:1909.10351, section 4.1, the uniform mapping.
    """
    return [(n + 1) * teacher_layers // student_layers - 1 for n in range(student_layers)]


Forward = Callable[[nn.Module, Batch], Tensor]


@torch.no_grad()
def look(model: nn.Module, logits: Forward, batch: Batch, attention: bool = True, bfloat16: bool = False) -> Features:
    """The features of a batch in evaluation mode; the model's own mode is kept.

    Args:
        attention: As for :class:`Tap`.
        bfloat16: Whether matrix products run in bfloat16.
    """
    training = model.training
    model.eval()
    with Tap(model, attention) as tap:
        with autocast(next(model.parameters()).device, bfloat16):
            logits(model, batch)
        features = tap.features(batch)
    model.train(training)
    return features
