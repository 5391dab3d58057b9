"""From tokens to logits: in full, and for training without the positions that nothing reads.

DistilBERT's classifier reads the first position of the last layer. The other positions' queries, attention outputs
and feed-forward networks of that layer affect no logit and get no gradient. Leaving them out saves 5/6 of the layer's
matrix products, more than a quarter of those of a student with three layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from simulator.engine.models.text import MAX_TOKENS, shortened

USAGE = """\
from tokenizers import Tokenizer
from load import load

model = load(".")
tokenizer = Tokenizer.from_file("tokenizer.json")
tokenizer.enable_truncation({tokens})               # as in training
ids = torch.tensor([tokenizer.encode("a text of yours").ids])
logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
"""


def logits(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """Class logits, [batch, classes]."""
    out: Tensor = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    return out


exported_call = logits
"""The call in the README of an export, whose MACs and latency are measured."""


def answering_logits(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """The same logits, from the first position of the last layer only."""
    last: nn.Module = model.distilbert.transformer.layer[-1]
    with shortened({last: first_position}):
        return logits(model, batch)


def first_position(layer: nn.Module, hidden: Tensor, attention_mask: Tensor | None = None, **_: Any) -> Tensor:
    """A layer's output at the first position, [batch, 1, width].

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


def usage(label_words: Sequence[str], image_size: int) -> str:
    """Python that loads an export and answers with ``logits``, for its README."""
    return USAGE.format(tokens=MAX_TOKENS)


def written(model: nn.Module, batch: dict[str, Tensor], tokenizer: bytes, label_words: Sequence[str]) -> list[str]:
    """None: this model answers with classes."""
    return []
