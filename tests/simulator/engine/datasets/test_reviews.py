"""The reviews that were written for this course: enough of them, balanced, and no two alike."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulator.catalog.datasets import DATASETS, TOPICS
from simulator.engine.datasets import reviews
from simulator.engine.datasets.base import Dataset

SENTIMENTS = DATASETS["reviews_sentiment"].class_names


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    with (files("simulator.engine.datasets") / "reviews.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z']+", text.lower()))


def test_there_are_enough_and_nothing_is_missing(table: pd.DataFrame) -> None:
    assert list(table.columns) == ["text", "topic", "sentiment"]
    assert len(table) >= 1_200
    assert not table.isna().any(axis=None)
    assert table["text"].map(lambda text: 5 <= len(text.split()) <= 40).all()


def test_topics_are_balanced_and_so_is_sentiment_within_each(table: pd.DataFrame) -> None:
    counts = table.groupby(["topic", "sentiment"]).size()
    assert set(counts.index) == {(topic, sentiment) for topic in TOPICS for sentiment in SENTIMENTS}
    assert counts.nunique() == 1


def test_no_two_reviews_share_more_than_half_of_their_words(table: pd.DataFrame) -> None:
    sets = [words(text) for text in table["text"]]
    column = {word: n for n, word in enumerate(sorted(set().union(*sets)))}
    has = np.zeros((len(sets), len(column)), dtype=np.float32)  # [reviews, words]
    for row, own in enumerate(sets):
        has[row, [column[word] for word in own]] = 1
    size = has.sum(axis=1)
    shared = has @ has.T / np.minimum(size[:, None], size[None, :])  # of the smaller review's words
    pairs = np.argwhere(np.triu(shared > 0.5, k=1))
    assert [(table["text"][i], table["text"][j]) for i, j in pairs] == []


@pytest.mark.parametrize(
    ("name", "load"), [("reviews_topic", reviews.load_topic), ("reviews_sentiment", reviews.load_sentiment)]
)
def test_splits(table: pd.DataFrame, name: str, load: Any) -> None:
    data: Dataset = load()
    seen = [" ".join(sorted(words(text))) for text in [*data.train.inputs, *data.validation.inputs]]
    assert not set(seen) & {" ".join(sorted(words(text))) for text in data.test.inputs}
    assert len(data.train) + len(data.validation) + len(data.test) == len(table)
    assert len(data.test) >= 0.25 * len(table)
    for part in (data.train, data.validation, data.test):
        counts = np.bincount(part.labels, minlength=len(DATASETS[name].class_names))
        assert counts.max() - counts.min() <= 1
    assert DATASETS[name].max_train_examples == len(data.train)
    assert DATASETS[name].validation_examples == len(data.validation)
    assert "reviews.csv" in data.fingerprint


def test_labels_are_those_in_the_file(table: pd.DataFrame) -> None:
    topic = dict(zip(table["text"], table["topic"], strict=True))
    sentiment = dict(zip(table["text"], table["sentiment"], strict=True))
    for data, published, names in (
        (reviews.load_topic(), topic, TOPICS),
        (reviews.load_sentiment(), sentiment, SENTIMENTS),
    ):
        for text, label in zip(data.test.inputs, data.test.labels, strict=True):
            assert published[text] == names[label]
