"""The shipped accuracies of simple methods and teachers, and how many near-duplicates a data set holds."""

from __future__ import annotations

import pytest

from simulator.catalog.datasets import DATASETS
from simulator.catalog.models import MODELS
from simulator.data import baselines, own_data, uploads
from tests.simulator.brought import csv_bytes, text, texts

SHIPPED = ("docstrings", "reviews_topic", "reviews_sentiment", "digits")


def test_every_shipped_data_set_has_figures_that_can_be() -> None:
    assert set(baselines.read()) == set(SHIPPED)
    for name, measured in baselines.read().items():
        assert measured.baselines
        everything = DATASETS[name].max_train_examples
        assert 0 <= measured.near_duplicates < 2 * everything
        for accuracy in (*measured.baselines, *measured.teachers):
            assert 0 < accuracy.validation <= 1 and 0 < accuracy.test <= 1
            assert accuracy.measured_on and accuracy.where
        assert {teacher.method for teacher in measured.teachers} <= set(MODELS)


@pytest.mark.parametrize("name", SHIPPED)
def test_near_duplicates_of_shipped_data_are_those_that_were_counted(name: str) -> None:
    assert baselines.near_duplicates(name) == baselines.read()[name].near_duplicates


def test_near_duplicates_of_own_data_are_those_of_its_upload_and_unknown_of_data_that_nobody_looked_at() -> None:
    twins = [(f"{text('cats', number)} again", "cats") for number in range(3)]
    kept = own_data.keep(uploads.check("t.csv", csv_bytes([*texts(), *twins])).name, "Pets")
    assert baselines.near_duplicates(kept.name) == 6
    assert baselines.near_duplicates("cifar10") is None
