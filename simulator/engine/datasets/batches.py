"""Encoded examples and the order in which training sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

Batch = dict[str, Tensor]

BUCKET_BATCHES = 16
"""Texts are sorted by length within this many batches: enough to save most padding, few enough to stay random."""

UNLABELLED = -100
"""Stands for a label that is hidden. No class has this number, and PyTorch's cross-entropy ignores it."""


@dataclass(frozen=True)
class Examples:
    """Encoded inputs, each [examples, ...], and labels [examples]."""

    inputs: Batch
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, n: int) -> Examples:
        """The first ``n`` examples."""
        return Examples({name: values[:n] for name, values in self.inputs.items()}, self.labels[:n])

    def only_first_labelled(self, n: int) -> Examples:
        """All examples; the labels of all but the first ``n`` are hidden."""
        if n >= len(self):
            return self
        return Examples(self.inputs, torch.cat([self.labels[:n], torch.full_like(self.labels[n:], UNLABELLED)]))

    def repeated(self, n: int) -> Examples:
        """``n`` examples: these, one after the other and then again from the first."""
        if n == len(self):
            return self
        return self.at(torch.arange(n, device=self.labels.device) % len(self))

    def labelled(self) -> Examples:
        """The examples whose label is not hidden."""
        known = self.labels != UNLABELLED
        return self if known.all() else self.at(known)

    def at(self, rows: Tensor) -> Examples:
        """Some of the examples: ``rows`` is a boolean mask or numbers of rows."""
        return Examples({name: values[rows] for name, values in self.inputs.items()}, self.labels[rows])

    def rows(self, index: Tensor) -> Batch:
        """A batch of the given rows, its padding cut to the longest text among them."""
        batch = {name: values[index] for name, values in self.inputs.items()}
        if "attention_mask" in batch:
            longest = int(batch["attention_mask"].sum(1).max())
            batch["input_ids"] = batch["input_ids"][:, :longest]
            batch["attention_mask"] = batch["attention_mask"][:, :longest]
        return batch


def training_order(examples: Examples, batch_size: int, seed: int, epoch: int) -> list[Tensor]:
    """The batches of one epoch as rows of ``examples``; decided by seed and epoch alone.

    Texts of similar length share a batch. A last batch of one example joins the batch before it,
    because batch normalisation needs two.
    """
    generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
    order = torch.randperm(len(examples), generator=generator)
    if "attention_mask" not in examples.inputs:
        return _cut(order, batch_size)
    lengths = examples.inputs["attention_mask"].sum(1).cpu()  # where the order is
    batches: list[Tensor] = []
    for bucket in order.split(batch_size * BUCKET_BATCHES):
        batches += _cut(bucket[lengths[bucket].argsort(stable=True)], batch_size)
    return [batches[i] for i in torch.randperm(len(batches), generator=generator)]


def _cut(order: Tensor, batch_size: int) -> list[Tensor]:
    batches = list(order.split(batch_size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches


def by_length(examples: Examples, batch_size: int) -> Iterator[Tensor]:
    """All rows once, similar lengths together: the cheapest order for a pass without gradients."""
    if "attention_mask" in examples.inputs:
        order = examples.inputs["attention_mask"].sum(1).argsort(stable=True)
    else:
        order = torch.arange(len(examples))
    return iter(order.split(batch_size))
