"""Short reviews written for this course: one file, two tasks (topic and sentiment)."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

from simulator.catalog.datasets import DATASETS
from simulator.engine.datasets.base import Dataset, split


def load_topic() -> Dataset:
    """What is the review about? Six classes."""
    return _load("reviews_topic", "topic")


def load_sentiment() -> Dataset:
    """Was the writer pleased? Two classes."""
    return _load("reviews_sentiment", "sentiment")


def _load(name: str, column: str) -> Dataset:
    with (files("simulator.engine.datasets") / "reviews.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file)
    classes = DATASETS[name].class_names
    return split(name, table["text"].tolist(), [classes.index(v) for v in table[column]], "reviews.csv")
