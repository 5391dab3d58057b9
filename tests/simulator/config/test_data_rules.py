"""Which model, student and data go together, and whether the data is here."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.catalog.datasets import DATASETS
from simulator.catalog.models import MODELS
from simulator.config import data_rules
from simulator.config.run import make_config
from simulator.data import own_data, uploads
from simulator.data.own_data import datasets_for
from simulator.errors import InvalidConfig, NotAvailable
from tests.simulator.brought import csv_bytes, texts


def test_every_model_goes_with_every_data_set_of_its_kind_and_no_other() -> None:
    for model in MODELS:
        fitting = {d.name for d in datasets_for(model)}
        for name in DATASETS:
            if name in fitting:
                assert make_config({"model": model, "dataset": name}).dataset == name
            else:
                with pytest.raises(InvalidConfig, match="choose"):
                    make_config({"model": model, "dataset": name})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"student_size": 0.3}, "student_size 0.3 .*choose width 0.25, 0.5, 1"),
        ({"train_examples": 5_000}, "more than digits has.*1077"),
        ({"model": "distilbert", "student_size": 6}, "layers 1, 2, 3, 4, 5"),
        ({"train_examples": 200, "labels": 201}, "labels 201 is more than train_examples 200: choose at most 200"),
    ],
)
def test_what_the_model_or_the_data_does_not_have_is_named_with_what_it_has(
    wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidConfig, match=message):
        make_config(wrong)


def test_a_method_that_is_degenerate_with_two_classes_says_so() -> None:
    with pytest.raises(InvalidConfig, match="only one wrong class"):
        make_config({"model": "distilbert", "dataset": "reviews_sentiment", "method": "dkd"})
    assert make_config({"model": "distilbert", "dataset": "reviews_topic", "method": "dkd"}).method == "dkd"


def test_a_student_starts_with_at_most_as_many_examples_as_there_are() -> None:
    for dataset in DATASETS.values():
        assert data_rules.default_examples(dataset) == min(2_400, dataset.max_train_examples)
    assert data_rules.default_examples(None) == 2_400


def test_data_of_somebodys_own_may_be_used_while_it_is_here() -> None:
    name = own_data.keep(uploads.check("t.csv", csv_bytes(texts(70))).name, "Pets").name
    settings = {"model": "distilbert", "dataset": name}
    fitting, too_many = make_config({**settings, "train_examples": 64}), make_config(settings)
    assert name in data_rules.datasets_here()
    data_rules.check_here([make_config({}), fitting])
    with pytest.raises(InvalidConfig, match=f"train_examples 2400 is more than {name} has: choose at most"):
        data_rules.check_here([fitting, too_many])
    own_data.remove(name, keep_description=True)
    assert name not in data_rules.datasets_here()
    with pytest.raises(NotAvailable, match="was deleted"):
        data_rules.check_here([fitting])
