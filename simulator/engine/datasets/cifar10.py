"""CIFAR-10: photographs of 32 x 32 pixels in ten classes (Krizhevsky 2009), through torchvision."""

from __future__ import annotations

import numpy as np

from simulator.engine.datasets.base import Dataset
from simulator.engine.datasets.published import fetch, split
from simulator.engine.host.downloads import Unusable
from simulator.engine.host.transports import fetching_by_urllib
from simulator.host.connections import explain
from simulator.host.paths import cache_dir

Examples = tuple[np.ndarray, np.ndarray]


def load() -> Dataset:
    """The photographs as they are published; fetched on first use (170 MB).

    Raises:
        NotAvailable: if the data is not in the cache and its server cannot be reached.
    """
    train, test = fetch("cifar10", _read)
    return split("cifar10", train, test, "CIFAR-10")


def _read() -> tuple[Examples, Examples]:
    """torchvision compares every file with its published checksum, in the cache too, before it reads it."""
    from torchvision.datasets import CIFAR10  # here, because text data and lists of data need no torch

    try:
        with fetching_by_urllib():
            train, test = (CIFAR10(cache_dir("datasets"), train=train, download=True) for train in (True, False))
    except (OSError, RuntimeError) as error:
        raise Unusable(explain(error)) from error
    return (train.data, np.array(train.targets)), (test.data, np.array(test.targets))
