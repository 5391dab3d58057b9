"""The real harvest of the libraries that are installed here, once."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import numpy as np
import pytest

from simulator.catalog.datasets import DATASETS
from simulator.engine.datasets import docstrings
from simulator.engine.datasets.base import Dataset
from simulator.errors import NotAvailable


@pytest.fixture(scope="module")
def data(with_docstrings: Path) -> Dataset:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KDPS_DATA_DIR", str(with_docstrings))
        return docstrings.load()


def everything(data: Dataset) -> list[str]:
    return [text for part in (data.train, data.validation, data.test) for text in part.inputs]


def test_no_sentence_is_there_twice(data: Dataset) -> None:
    texts = everything(data)
    assert len(set(texts)) == len(texts) == 4_000


def test_a_thousand_a_class_and_as_many_of_each_in_every_split(data: Dataset) -> None:
    counts = [np.bincount(part.labels).tolist() for part in (data.train, data.validation, data.test)]
    assert counts == [[600] * 4, [150] * 4, [250] * 4]
    assert DATASETS["docstrings"].max_train_examples == len(data.train)
    assert DATASETS["docstrings"].validation_examples == len(data.validation)


def test_the_libraries_names_are_masked(data: Dataset) -> None:
    names = re.compile(r"\b(numpy|np|scipy|sp|pandas|pd|sklearn|scikit-learn|scikit)\b", re.IGNORECASE)
    assert [text for text in everything(data) if names.search(text)] == []
    assert sum("[library]" in text for text in everything(data)) > 50


def test_labels_are_the_libraries_they_came_from(data: Dataset) -> None:
    own = set(docstrings.sentences_of("numpy"))
    label = DATASETS["docstrings"].class_names.index("numpy")
    mine = {text for text, y in zip(data.test.inputs, data.test.labels, strict=True) if y == label}
    others = {text for text, y in zip(data.test.inputs, data.test.labels, strict=True) if y != label}
    assert mine <= own
    assert not others & own


def test_fingerprint_names_the_versions_and_the_content(data: Dataset) -> None:
    for name, distribution in docstrings.DISTRIBUTIONS.items():
        assert f"{name} {importlib.metadata.version(distribution)}" in data.fingerprint
    assert re.search(r"sha256:[0-9a-f]{16}$", data.fingerprint)


def test_second_load_reads_the_cache(data: Dataset, with_docstrings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KDPS_DATA_DIR", str(with_docstrings))
    monkeypatch.setattr(docstrings, "harvest", lambda: pytest.fail("harvested again"))
    again = docstrings.load()
    assert again.fingerprint == data.fingerprint
    assert everything(again) == everything(data)


@pytest.mark.parametrize(
    ("docstring", "sentence"),
    [
        ("Compute the mean of `x` with :func:`~numpy.mean`. More.", "Compute the mean of x with [library].mean."),
        ("A pandas\n    table, or a scikit-learn one, for np and pd users.\n\nMore.",
         "A [library] table, or a [library] one, for [library] and [library] users."),
        ("Too short.", None),
        ("word " * 41, None),
    ],
)  # fmt: skip
def test_first_sentence(docstring: str, sentence: str | None) -> None:
    assert docstrings.first_sentence(docstring) == sentence


def test_too_few_docstrings_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docstrings, "sentences_of", lambda name: iter([f"only this one of {name} is here"]))
    with pytest.raises(NotAvailable, match="Only 1 docstrings of numpy were found, but 1000 are needed"):
        docstrings.harvest()
