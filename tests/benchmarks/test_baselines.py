"""The simple methods, fitted to few real examples, and the file and the table that their figures go into."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import baselines as bench
from simulator.catalog.models import MODELS
from simulator.data import baselines
from simulator.data.baselines import Accuracy, Measured
from simulator.engine.datasets import Dataset, Split

ROW = Accuracy("resnet18", 0.5, 0.25, "2026-11-28", "a processor")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A stand-in for the shipped file, both where it is written and where it is read."""
    monkeypatch.setattr(bench, "FILE", tmp_path / "baselines.json")
    monkeypatch.setattr(baselines, "files", lambda package: tmp_path)
    yield bench.FILE
    baselines.read.cache_clear()


def test_the_nearest_neighbour_is_that_of_the_raw_pixels(few_digits: Dataset) -> None:
    rows = {row.method: row for row in bench.measured(few_digits, "image")["baselines"]}
    train = torch.tensor(few_digits.train.inputs).double().flatten(1)
    for split, name in ((few_digits.validation, "validation"), (few_digits.test, "test")):
        nearest = torch.cdist(torch.tensor(split.inputs).double().flatten(1), train).argmin(1)
        right = (few_digits.train.labels[nearest.numpy()] == split.labels).mean()
        assert getattr(rows["nearest neighbour"], name) == pytest.approx(right, abs=5e-5)
    assert set(rows) == set(bench.METHODS["image"])


def test_texts_are_told_apart_by_their_words_and_near_duplicates_are_counted() -> None:
    def split(start: int) -> Split:
        sides = [("sun", "beach", "swim"), ("snow", "ice", "ski")]
        texts = [" ".join(f"{word} {start + i}{word}" for word in side) for i in range(4) for side in sides]
        return Split(texts, np.array([0, 1] * 4))

    twice = Split([*split(0).inputs, split(0).inputs[0]], np.array([*split(0).labels, 0]))
    found = bench.measured(Dataset("words", twice, split(10), split(20), "words"), "text")
    assert [(row.method, row.validation, row.test) for row in found["baselines"]] == [
        ("TF-IDF, logistic regression", 1.0, 1.0)
    ]
    assert (found["data"], found["near_duplicates"]) == ("words", 2)


def test_figures_are_added_to_the_file_and_teachers_of_other_data_are_dropped(file: Path) -> None:
    bench.write("digits", {"data": "first", "near_duplicates": 3, "baselines": (ROW,), "teachers": (ROW,)})
    bench.write("digits", {"data": "first", "near_duplicates": 4})
    assert baselines.read()["digits"] == Measured("first", 4, (ROW,), (ROW,))
    bench.write("reviews_topic", {"data": "texts"})
    bench.write("digits", {"data": "second", "baselines": ()})
    assert baselines.read() == {"digits": Measured("second", 4, (), ()), "reviews_topic": Measured("texts", 0, (), ())}
    assert json.loads(file.read_text())["digits"] == json.loads(json.dumps(asdict(Measured("second", 4, (), ()))))


def test_the_table_gives_each_teacher_its_recipe(file: Path) -> None:
    bench.write("digits", {"teachers": (ROW,), "baselines": (Accuracy("nearest neighbour", 0.75, 1.0, "", ""),)})
    *_, teacher, neighbour = bench.table().splitlines()
    recipe = MODELS["resnet18"].teacher_scratch
    assert (recipe.epochs, recipe.learning_rate, recipe.batch_size) == (8, 1e-3, 64)
    assert teacher == "| digits | ResNet-18 | 8 | 1e-3 | 64 | 0.500 | 0.250 |"
    assert neighbour == "| digits | nearest neighbour | | | | 0.750 | 1.000 |"
    bench.write("digits", {"teachers": (Accuracy("t5_small", 0.5, 0.25, "", ""),)})
    assert "T5-small" in bench.table() and ", relative |" in bench.table()


def test_an_accuracy_says_when_and_where() -> None:
    row = bench.accuracy("a way", 0.123456, 0.98765, "here")
    assert (row.method, row.validation, row.test, row.where) == ("a way", 0.1235, 0.9877, "here")
    assert row.measured_on.startswith("20") and len(row.measured_on) == len("2026-11-28")
