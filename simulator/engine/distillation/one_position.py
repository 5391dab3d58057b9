"""Train without what nobody reads: both text models answer from a single position.

DistilBERT's classifier reads the first position of the last layer. The other positions' queries, attention outputs
and feed-forward networks of that layer reach no logit and get no gradient; without them go 5/6 of the layer's matrix
products, more than a quarter of those of a student with three layers. T5's decoder is asked at its first position
only. A single query need not meet keys and values of every token: (W_k x) . q = x . (W_k' q), so it is carried back
to the encoder's width instead, and the mean of the tokens is taken before W_v. Both change no number but by rounding.

Latency and MACs are always measured of the model as published.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from simulator.engine.datasets.batches import Batch
from simulator.engine.distillation.features import Forward, layers_of


def answering(logits: Forward) -> Forward:
    """The same logits, worked out for the answering position only while they are asked for."""

    def shorter(model: nn.Module, batch: Batch) -> Tensor:
        with one_position_only(model):
            return logits(model, batch)

    return shorter


@contextmanager
def one_position_only(model: nn.Module) -> Iterator[None]:
    """Inside, a DistilBERT or a T5 works out its answering position only; image models pass unchanged."""
    changed = _shortened(model)
    for module, forward in changed.items():
        module.forward = partial(forward, module)
    try:
        yield
    finally:
        for module in changed:
            del module.forward  # the class's own is seen again


def _shortened(model: nn.Module) -> dict[nn.Module, Any]:
    """The modules that have a shorter way, each with it."""
    if not hasattr(model, "config"):
        return {}
    if model.config.model_type == "distilbert":
        return {layers_of(model)[0][-1]: first_position}
    return {block.layer[1].EncDecAttention: single_query for block in model.decoder.block}


def first_position(layer: nn.Module, hidden: Tensor, attention_mask: Tensor | None = None, **_: Any) -> Tensor:
    """What a DistilBERT layer says of the first position, [batch, 1, width].

    Args:
        hidden: [batch, tokens, width].
        attention_mask: [batch, 1, queries or 1, tokens], added to the scores, or True where tokens count.
    """
    attention, first = layer.attention, hidden[:, :1]
    query, key, value = (
        x.unflatten(-1, (-1, attention.attention_head_size)).transpose(1, 2)
        for x in (attention.q_lin(first), attention.k_lin(hidden), attention.v_lin(hidden))
    )  # [batch, heads, 1 or tokens, width of a head]
    looked = F.scaled_dot_product_attention(
        query,
        key,
        value,
        attn_mask=None if attention_mask is None else attention_mask[:, :, :1],
        dropout_p=attention.dropout.p if layer.training else 0.0,
    )
    mixed = layer.sa_layer_norm(attention.out_lin(looked.transpose(1, 2).flatten(2)) + first)
    given: Tensor = layer.output_layer_norm(layer.ffn(mixed) + mixed)
    return given


def single_query(
    attention: nn.Module,
    hidden_states: Tensor,
    mask: Tensor | None = None,
    key_value_states: Tensor | None = None,
    position_bias: Tensor | None = None,
    **_: Any,
) -> tuple[Tensor, Tensor | None, None]:
    """T5's attention of the decoder's single position to the encoder's tokens, and what it was given besides.

    Args:
        hidden_states: [batch, 1, model].
        mask: [batch, 1, 1, tokens], added to the scores, or True where tokens count.
        key_value_states: The encoder's answer, [batch, tokens, model].
        position_bias: Zeros, which T5 hands from layer to layer of the decoder.

    Returns:
        [batch, 1, model], the position bias, and no attention probabilities.
    """
    width = attention.key_value_proj_dim
    query = attention.q(hidden_states).unflatten(-1, (-1, width)).squeeze(1)  # [batch, heads, width]
    to_key, to_value = (layer.weight.unflatten(0, (-1, width)) for layer in (attention.k, attention.v))
    asked = torch.einsum("bhw,hwm->bhm", query, to_key)  # [batch, heads, model]
    # T5 does not scale its scores, and bfloat16 is too coarse for large ones
    with torch.autocast(hidden_states.device.type, enabled=False):
        scores = asked.float() @ key_value_states.float().transpose(1, 2)  # [batch, heads, tokens]
    if mask is not None:
        mask = mask[:, :, 0]
        scores = scores.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else scores + mask
    looked = F.dropout(scores.softmax(-1), attention.dropout, attention.training).to(asked.dtype)
    heard = torch.einsum("bhm,hwm->bhw", looked @ key_value_states.to(asked.dtype), to_value)
    return attention.o(heard.flatten(1).unsqueeze(1)), position_bias, None
