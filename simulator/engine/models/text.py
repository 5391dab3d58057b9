"""What the two text models share: padding token ids into a batch, and choosing layers for a student."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

MAX_TOKENS = 64
"""Longer texts are cut; the reviews and docstrings are shorter than this."""


def pad(sequences: Sequence[list[int]], pad_id: int) -> dict[str, Tensor]:
    """Token ids of different lengths -> ``input_ids`` and ``attention_mask``, both [examples, longest], int64."""
    longest = max(len(s) for s in sequences)
    input_ids = torch.full((len(sequences), longest), pad_id)
    attention_mask = torch.zeros_like(input_ids)
    for row, s in enumerate(sequences):
        input_ids[row, : len(s)] = torch.tensor(s)
        attention_mask[row, : len(s)] = 1
    return {"input_ids": input_ids, "attention_mask": attention_mask}


def evenly_spaced(total: int, keep: int) -> list[int]:
    """Which of ``total`` layers a student of ``keep`` layers copies: spread from the first to the last.

    The first and the last are always among them (for one layer: the first), as in DistilBERT's
    own initialisation (Sanh et al. 2019) and PKD's skip strategy (Sun et al. 2019).
    """
    if keep == 1:
        return [0]
    return [round(i * (total - 1) / (keep - 1)) for i in range(keep)]


def copy_layers(source: nn.ModuleList, target: nn.ModuleList) -> None:
    """Copy evenly spaced layers of the teacher into the student's."""
    for mine, theirs in zip(target, evenly_spaced(len(source), len(target)), strict=True):
        mine.load_state_dict(source[theirs].state_dict())


def lines(texts: Iterable[str]) -> list[str]:
    """Texts with white space folded, as tokenizers see them."""
    return [" ".join(t.split()) for t in texts]
