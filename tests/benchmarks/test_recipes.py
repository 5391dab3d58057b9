"""Teachers trained for a moment by two recipes: which one is chosen, and what is stored."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import baselines as bench
from benchmarks import recipes
from simulator.catalog.models import MODELS
from simulator.config.run import make_config
from simulator.data import baselines
from simulator.engine.datasets import Dataset
from simulator.engine.datasets.batches import Examples
from simulator.engine.setup import Setup, prepare
from simulator.host.paths import cache_dir

DIGITS = {"model": "resnet18", "dataset": "digits", "weights": "scratch"}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the shipped figures, both where they are written and where they are read."""
    file = tmp_path / "baselines.json"
    file.write_bytes(bench.FILE.read_bytes())
    monkeypatch.setattr(bench, "FILE", file)
    monkeypatch.setattr(baselines, "files", lambda package: tmp_path)
    baselines.read.cache_clear()
    yield file
    baselines.read.cache_clear()


@pytest.fixture
def one_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue's recipe for the teacher is one epoch; the catalogue is put back afterwards."""
    info = MODELS["resnet18"]
    monkeypatch.setitem(MODELS, "resnet18", replace(info, teacher_scratch=replace(info.teacher_scratch, epochs=1)))


@pytest.mark.usefixtures("one_epoch")
def test_validation_chooses_and_only_the_catalogues_recipe_is_stored(
    few_digits: Dataset, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[str, int]] = []
    accuracies = {1: 0.5, 2: 0.25}

    def answered(setup: Setup, examples: Examples) -> float:
        epochs = setup.model.teacher_scratch.epochs
        asked.append(("test" if examples is setup.test else "validation", epochs))
        assert 0 <= real(setup, examples) <= 1
        return accuracies[epochs]

    real = recipes.answered
    monkeypatch.setattr(recipes, "answered", answered)
    monkeypatch.setattr(sys, "argv", ["recipes", "--model", "resnet18", "--dataset", "digits", "--epochs", "1", "2"])
    recipes.main()
    assert asked == [("validation", 1), ("validation", 2), ("test", 1)]
    assert "chosen: 1 epochs at 0.001: validation 0.5000, test 0.5000" in capsys.readouterr().out
    digits = json.loads(file.read_text())["digits"]
    assert digits["data"] == few_digits.fingerprint
    assert [(row["method"], row["validation"], row["test"]) for row in digits["teachers"]] == [("resnet18", 0.5, 0.5)]
    assert not list(cache_dir("teachers").iterdir())  # the candidates are no teachers for anybody's runs


@pytest.mark.usefixtures("few_digits")
def test_a_teachers_figures_replace_its_own_and_stand_in_the_catalogues_order(file: Path) -> None:
    setup = prepare(make_config(DIGITS))
    for model in ("resnet18", "mobilenet_v2", "resnet18"):
        recipes.remember(replace(setup, config=make_config({**DIGITS, "model": model})), 0.75, 0.125)
    rows = baselines.read()["digits"].teachers
    assert [row.method for row in rows] == [name for name in MODELS if name in ("mobilenet_v2", "resnet18")]
    assert {(row.validation, row.test) for row in rows} == {(0.75, 0.125)}
    assert all("threads: " in row.where for row in rows)
