from __future__ import annotations

import numpy as np
import pytest

from simulator.catalog.datasets import DATASETS
from simulator.engine.datasets import digits
from simulator.engine.datasets.base import Dataset


@pytest.fixture(scope="module")
def data() -> Dataset:
    return digits.load()


def test_every_digit_is_in_one_split(data: Dataset) -> None:
    parts = [[picture.tobytes() for picture in part.inputs] for part in (data.train, data.validation, data.test)]
    assert sum(map(len, parts)) == 1_797
    assert sum(len(set(part)) for part in parts) == len(set().union(*parts))


def test_test_split_is_at_least_a_quarter_and_stratified(data: Dataset) -> None:
    assert len(data.test) >= 0.25 * 1_797
    whole = np.concatenate([data.train.labels, data.validation.labels, data.test.labels])
    for part in (data.train, data.validation, data.test):
        expected = np.bincount(whole) * len(part) / len(whole)
        assert np.abs(np.bincount(part.labels) - expected).max() <= 1


def test_pictures_are_rgb_and_use_the_whole_range(data: Dataset) -> None:
    assert data.train.inputs.shape[1:] == (8, 8, 3)
    assert data.train.inputs.dtype == np.uint8
    assert (data.train.inputs.min(), data.train.inputs.max()) == (0, 255)
    assert np.array_equal(data.train.inputs[..., 0], data.train.inputs[..., 1])


def test_splits_are_the_same_every_time(data: Dataset) -> None:
    again = digits.load()
    assert again.fingerprint == data.fingerprint
    assert "scikit-learn" in data.fingerprint
    for part in ("train", "validation", "test"):
        assert np.array_equal(getattr(again, part).inputs, getattr(data, part).inputs)
        assert np.array_equal(getattr(again, part).labels, getattr(data, part).labels)


def test_catalogue_knows_its_size(data: Dataset) -> None:
    assert DATASETS["digits"].max_train_examples == len(data.train)
    assert DATASETS["digits"].validation_examples == len(data.validation)
