"""From tokens to logits, as published and, for training, without what nothing reads; and from tokens to words.

Only the first position of T5's decoder is used. A single query does not need the keys and values of every token:
(W_k x) . q = x . (W_k' q), so the query is mapped back to the encoder's width instead, and the tokens are averaged
before W_v.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sentencepiece
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from simulator.engine.models.t5_small.texts import END, PAD
from simulator.engine.models.text import MAX_TOKENS, shortened

USAGE = """\
import sentencepiece
from load import load

model = load(".")
tokenizer = sentencepiece.SentencePieceProcessor(model_file="spiece.model")
words = {words}
ids = torch.tensor([tokenizer.encode("a text of yours")[: {tokens} - 1] + [1]])      # as in training; 1 ends a text
out = model(input_ids=ids, attention_mask=torch.ones_like(ids), decoder_input_ids=torch.zeros(1, 1, dtype=torch.long))
logits = out.logits[:, 0, [tokenizer.encode(word)[0] for word in words]]
"""


def logits(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """Class logits, [batch, classes]: the decoder's logits of the label words at its first position.

    Only the label words' rows of the output matrix are multiplied; the result is that of
    ``model(...).logits[:, 0, label_ids]``.
    """
    mask = batch["attention_mask"]
    encoded = model.encoder(input_ids=batch["input_ids"], attention_mask=mask).last_hidden_state
    start = torch.full((len(mask), 1), PAD, device=mask.device)
    decoded = model.decoder(
        input_ids=start, encoder_hidden_states=encoded, encoder_attention_mask=mask, use_cache=False
    ).last_hidden_state[:, 0]  # [batch, d_model]
    decoded = decoded * model.config.d_model**-0.5  # as T5 does where input and output embeddings are tied
    return F.linear(decoded, model.lm_head.weight[batch["label_ids"][0]])


def exported_call(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """The same logits, computed as in the README of an export: over the whole vocabulary, of which a few are kept.

    MACs and latency are measured of this call. Training and answering take the short way of :func:`logits`.
    """
    start = torch.full((len(batch["input_ids"]), 1), PAD, device=batch["input_ids"].device)
    out = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], decoder_input_ids=start)
    return out.logits[:, 0, batch["label_ids"][0]]


def answering_logits(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """The same logits, without the decoder's keys and values of every token."""
    with shortened({block.layer[1].EncDecAttention: single_query for block in model.decoder.block}):
        return logits(model, batch)


def single_query(
    attention: nn.Module,
    hidden_states: Tensor,
    mask: Tensor | None = None,
    key_value_states: Tensor | None = None,
    position_bias: Tensor | None = None,
    **_: Any,
) -> tuple[Tensor, Tensor | None, None]:
    """T5's attention of the decoder's single position to the encoder's tokens.

    Args:
        hidden_states: [batch, 1, model].
        mask: [batch, 1, 1, tokens], added to the scores, or True where tokens count.
        key_value_states: The encoder's answer, [batch, tokens, model].
        position_bias: Zeros, which T5 passes from layer to layer of the decoder.

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


@torch.no_grad()
def generate(
    model: nn.Module, batch: dict[str, Tensor], tokenizer: sentencepiece.SentencePieceProcessor, tokens: int
) -> list[str]:
    """The model's greedy output, at most ``tokens`` tokens: it was not taught when to stop."""
    out = model.generate(
        input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], max_new_tokens=tokens, do_sample=False
    )
    return [tokenizer.decode([t for t in row if t not in (PAD, END) and t < len(tokenizer)]) for row in out.tolist()]


def written(model: nn.Module, batch: dict[str, Tensor], tokenizer: bytes, label_words: Sequence[str]) -> list[str]:
    """The model's output for each text, as long as the longest label word."""
    pieces = sentencepiece.SentencePieceProcessor(model_proto=tokenizer)
    longest = max(len(pieces.encode(word)) for word in label_words)
    return generate(model, batch, pieces, longest)


def usage(label_words: Sequence[str], image_size: int) -> str:
    """Python that loads an export and answers with ``logits``, for its README."""
    return USAGE.format(words=list(label_words), tokens=MAX_TOKENS)
