"""Fashion-MNIST: grey pictures of clothes of 28 x 28 pixels (Xiao, Rasul and Vollgraf 2017), through torchvision."""

from __future__ import annotations

import shutil

import numpy as np

from simulator.engine.datasets.base import Dataset
from simulator.engine.datasets.published import fetch, split
from simulator.engine.host.downloads import Unusable
from simulator.engine.host.transports import fetching_by_urllib
from simulator.host.connections import explain
from simulator.host.paths import cache_dir

Examples = tuple[np.ndarray, np.ndarray]


def load() -> Dataset:
    """The pictures as RGB, the grey in every channel; fetched on first use (31 MB).

    Raises:
        NotAvailable: if the data is not in the cache and its server cannot be reached.
    """
    train, test = fetch("fashion_mnist", _read)
    return split("fashion_mnist", train, test, "Fashion-MNIST")


def _read() -> tuple[Examples, Examples]:
    from torchvision.datasets import FashionMNIST  # here, because text data and lists of data need no torch

    root = cache_dir("datasets")
    try:
        with fetching_by_urllib():
            parts = [FashionMNIST(root, train=train, download=True) for train in (True, False)]
        train, test = ((_rgb(part.data.numpy()), part.targets.numpy()) for part in parts)
    except OSError as error:
        raise Unusable(explain(error)) from error
    except (RuntimeError, ValueError, AssertionError) as error:
        # torchvision compares downloads with their checksums, but not the files it unpacked earlier.
        shutil.rmtree(root / "FashionMNIST", ignore_errors=True)
        raise Unusable(f"not every file could be fetched and read, so all were removed: {error}") from error
    return train, test


def _rgb(grey: np.ndarray) -> np.ndarray:
    """[examples, height, width] -> [examples, height, width, 3]"""
    return np.repeat(grey[..., None], 3, axis=-1)
