"""One file for each data set, with a ``load() -> Dataset``; :func:`load` finds the file by name."""

from __future__ import annotations

from simulator.engine.datasets import cifar10, digits, docstrings, fashion_mnist, own, reviews, sst2
from simulator.engine.datasets.base import Dataset, Split

__all__ = ["Dataset", "Split", "load"]

LOADERS = {
    "digits": digits.load,
    "docstrings": docstrings.load,
    "reviews_topic": reviews.load_topic,
    "reviews_sentiment": reviews.load_sentiment,
    "sst2": sst2.load,
    "cifar10": cifar10.load,
    "fashion_mnist": fashion_mnist.load,
}


def load(name: str) -> Dataset:
    """The data set called ``name``, shipped or own.

    Raises:
        NotAvailable: if it needs the internet and cannot be reached, or was deleted.
    """
    return LOADERS[name]() if name in LOADERS else own.load(name)
