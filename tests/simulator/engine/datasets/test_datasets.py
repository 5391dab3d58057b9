"""A data set is loaded by its name."""

from __future__ import annotations

import pytest

from simulator.catalog.datasets import DATASETS
from simulator.engine import datasets
from simulator.engine.datasets import LOADERS
from simulator.errors import NotAvailable


def test_every_data_set_of_the_catalogue_has_its_loader() -> None:
    assert set(LOADERS) == set(DATASETS)


@pytest.mark.parametrize("name", ["digits", "reviews_topic", "reviews_sentiment"])
def test_a_shipped_data_set_has_what_the_catalogue_says(name: str) -> None:
    data, known = datasets.load(name), DATASETS[name]
    assert data.name == name
    assert (len(data.train), len(data.validation)) == (known.max_train_examples, known.validation_examples)
    assert set(data.test.labels.tolist()) == set(range(len(known.class_names)))


@pytest.mark.parametrize("name", ["own-00000000", "imagenet"])
def test_another_name_is_looked_for_among_own_data(name: str) -> None:
    with pytest.raises(NotAvailable, match=f"There is no data set '{name}'"):
        datasets.load(name)
