"""The form of every data set: three splits that do not overlap, and a fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import train_test_split

from simulator.data.near_duplicates import groups_of, keep_together

SPLIT_SEED = 0
"""Fixed, not the run's seed: every run on a data set is tested on the same examples."""

TEST_SHARE = 0.25
VALIDATION_SHARE = 0.15

Inputs = np.ndarray | list[str]
"""Pictures as [examples, height, width, 3] of 0..255, or texts."""


@dataclass(frozen=True)
class Split:
    """Inputs and their labels, [examples] of class numbers."""

    inputs: Inputs
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, n: int) -> Split:
        """The first ``n`` examples; splits are shuffled and stratified, so it is a fair sample."""
        return Split(self.inputs[:n], self.labels[:n])


@dataclass(frozen=True)
class Dataset:
    """Three splits. ``fingerprint`` changes whenever the content, its split or its source's version does."""

    name: str
    train: Split
    validation: Split
    test: Split
    fingerprint: str


def take(inputs: Inputs, rows: np.ndarray) -> Inputs:
    """The rows of a list or an array."""
    return inputs[rows] if isinstance(inputs, np.ndarray) else [inputs[i] for i in rows]


def split(name: str, inputs: Inputs, labels: Sequence[int] | np.ndarray, source: str) -> Dataset:
    """Split stratified by label with a fixed seed: 60 % train, 15 % validation, 25 % test; near-duplicates together.

    Args:
        source: What the data came from, with versions; goes into the fingerprint.
    """
    y = np.asarray(labels, dtype=np.int64)
    rest, test = train_test_split(np.arange(len(y)), test_size=TEST_SHARE, stratify=y, random_state=SPLIT_SEED)
    share = VALIDATION_SHARE / (1 - TEST_SHARE)
    train, validation = train_test_split(rest, test_size=share, stratify=y[rest], random_state=SPLIT_SEED)
    marks, parts = fingerprint(inputs, y, source), without_leaks(inputs, y, (train, validation, test))
    if not all(map(np.array_equal, parts, (train, validation, test))):
        marks = fingerprint(np.concatenate(parts), y, marks)
    return Dataset(name, *(Split(take(inputs, rows), y[rows]) for rows in parts), marks)


def without_leaks(inputs: Inputs, labels: np.ndarray, parts: tuple[np.ndarray, ...]) -> list[np.ndarray]:
    """The rows of train, validation and test, near-duplicates in one of them; rows that move are mixed in evenly."""
    splits, place = np.zeros(len(labels), dtype=np.int64), np.zeros(len(labels))
    for number, rows in enumerate(parts):
        splits[rows], place[rows] = number, np.arange(len(rows)) / len(rows)
    whole = keep_together(splits, labels, groups_of(inputs), SPLIT_SEED)
    order = np.argsort(place, kind="stable")
    return [order[whole[order] == number] for number in range(len(parts))]


def fingerprint(inputs: Inputs, labels: np.ndarray, source: str) -> str:
    """``source`` and the first 16 hexadecimal digits of the sha256 of the content."""
    digest = hashlib.sha256(labels.tobytes())
    digest.update(inputs.tobytes() if isinstance(inputs, np.ndarray) else "\0".join(inputs).encode())
    return f"{source} sha256:{digest.hexdigest()[:16]}"
