"""Own data, loaded in the splits that its upload decided."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.config.data_rules import datasets_here
from simulator.config.run import make_config
from simulator.data import own_data, own_examples, uploads
from simulator.data.own_data import OwnData
from simulator.engine.datasets import own
from simulator.errors import NotAvailable
from tests.simulator.brought import csv_bytes, pictures, texts, zip_bytes


@pytest.fixture
def kept() -> OwnData:
    return own_data.keep(uploads.check("t.csv", csv_bytes(texts(100, ["cats", "dogs", "owls"]))).name, "Pets")


def test_the_engine_loads_the_splits_that_were_shown(kept: OwnData) -> None:
    data = own.load(kept.name)
    assert [len(part) for part in (data.train, data.validation, data.test)] == [180, 45, 75]
    for column, part in enumerate((data.train, data.validation, data.test)):
        assert np.bincount(part.labels).tolist() == [row[column] for row in kept.counts]
        for text, label in zip(part.inputs, part.labels, strict=True):
            assert kept.class_names[label] in text
    everything = [*data.train.inputs, *data.validation.inputs, *data.test.inputs]
    assert len(set(everything)) == 300
    assert len(set(data.train.first(30).labels.tolist())) == 3  # shuffled: a small student sees every class


def test_pictures_are_loaded_as_they_were_kept() -> None:
    kept = own_data.keep(uploads.check("p.zip", zip_bytes(pictures())).name, "My pictures")
    data = own.load(kept.name)
    assert data.train.inputs.shape == (kept.examples("train"), 10, 10, 3)
    assert make_config({"model": "resnet18", "dataset": kept.name}, datasets_here()).train_examples == kept.examples(
        "train"
    )


def test_examples_that_somebody_deletes_meanwhile_are_missed_by_name(kept: OwnData) -> None:
    for file in own_examples.FILES:
        (own_data.folder_of(kept.name) / file).unlink(missing_ok=True)
    with pytest.raises(NotAvailable, match=f"The examples of {kept.name} no longer exist"):
        own.load(kept.name)
