"""What the three published data sets share: they need the internet once, and have a test split of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from sklearn.model_selection import train_test_split

from simulator.catalog.datasets import DATASETS
from simulator.data.availability import data_finding
from simulator.engine.datasets.base import SPLIT_SEED, Dataset, Inputs, Split, fingerprint, take
from simulator.engine.host.downloads import Unusable
from simulator.errors import NotAvailable

VALIDATION_SHARE = 0.1
"""Of the published training split."""

Content = TypeVar("Content")


def fetch(name: str, read: Callable[[], Content]) -> Content:
    """Call ``read`` if the data is in the cache or its server answers.

    Args:
        read: Downloads the data if it is not in the cache, and reads it.

    Raises:
        NotAvailable: if the server does not answer within 5 seconds, or sends broken data.
    """
    info = DATASETS[name]
    offline = [d.name for d in DATASETS.values() if d.kind == info.kind and not d.needs_internet]
    advice = f"Connect to the internet and try again, or choose data that is always here: {', '.join(offline)}."
    finding = data_finding(name)
    if finding.state == "not reachable":
        raise NotAvailable(f"{info.title} needs the internet once: {info.source}: {finding.reason}.", advice)
    try:
        return read()
    except Unusable as problem:
        raise NotAvailable(f"{info.title} needs the internet once: {info.source}: {problem}.", advice) from problem


def split(name: str, train: tuple[Inputs, np.ndarray], test: tuple[Inputs, np.ndarray], source: str) -> Dataset:
    """The published test split, and validation cut from the published training split, stratified.

    Args:
        train: Inputs and labels as published.
        test: The same; it is shuffled, so that its first examples are a fair sample too.
        source: What the data came from; goes into the fingerprint.
    """
    x, y = train[0], np.asarray(train[1], dtype=np.int64)
    test_x, test_y = test[0], np.asarray(test[1], dtype=np.int64)
    rows, held_out = train_test_split(
        np.arange(len(y)), test_size=VALIDATION_SHARE, stratify=y, random_state=SPLIT_SEED
    )
    order = np.random.default_rng(SPLIT_SEED).permutation(len(test_y))
    return Dataset(
        name,
        train=Split(take(x, rows), y[rows]),
        validation=Split(take(x, held_out), y[held_out]),
        test=Split(take(test_x, order), test_y[order]),
        fingerprint=fingerprint(test_x, test_y, fingerprint(x, y, source)),
    )
