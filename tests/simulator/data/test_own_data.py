"""Own data from the draft to a run's data, and away again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.catalog.datasets import DATASETS
from simulator.catalog.models import MODELS
from simulator.config.data_rules import datasets_here
from simulator.config.run import RunConfig, make_config
from simulator.data import availability, own_data, uploads
from simulator.data.own_data import OwnData
from simulator.data.uploads import checking
from simulator.engine.datasets import load
from simulator.errors import InvalidConfig, NotAllowed, NotAvailable, SimulatorError, UnreadableRun
from simulator.experiments import make_experiment
from simulator.runs import service
from simulator.runs.database.store import Store
from simulator.runs.forecast.cost import forecast
from simulator.runs.forecast.workload import TOKENS
from simulator.runs.kept import stages, teachers
from tests.simulator.brought import csv_bytes, texts


@pytest.fixture
def kept() -> OwnData:
    return own_data.keep(uploads.check("t.csv", csv_bytes(texts(100, ["cats", "dogs", "owls"]))).name, "Pets")


def test_kept_data_is_a_data_set_like_any_other(kept: OwnData, store: Store) -> None:
    assert own_data.all_datasets()[-1].title == "Pets"
    assert own_data.all_datasets()[:-1] == list(DATASETS.values())
    for model in MODELS.values():
        if model.kind == "text":
            config = make_config({"model": model.name, "dataset": kept.name}, datasets_here())
            assert config.train_examples == 180
            assert RunConfig.model_validate_json(config.model_dump_json()) == config
            assert forecast(config, store).seconds > 0
        else:
            with pytest.raises(InvalidConfig, match="is text data"):
                make_config({"model": model.name, "dataset": kept.name}, datasets_here())
    with pytest.raises(InvalidConfig, match=r"more than own-.*has"):
        make_config({"model": "distilbert", "dataset": kept.name, "train_examples": 181}, datasets_here())
    assert availability.data_state(kept.name) == "here"
    assert kept.name not in TOKENS and 5 < kept.tokens < 20


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"train_examples": 181}, "train_examples 181 is more than own-.* has: choose at most 180"),
        ({"model": "resnet18", "train_examples": 100}, "is text data and resnet18 reads image: choose digits"),
    ],
)
def test_what_own_data_does_not_have_is_refused_when_a_run_is_submitted(
    kept: OwnData, store: Store, settings: dict[str, Any], message: str
) -> None:
    config = make_config({"model": "distilbert", "dataset": kept.name, **settings})
    with pytest.raises(InvalidConfig, match=message):
        service.submit(config)
    assert store.list_runs() == []


def test_every_cell_of_an_experiment_is_held_to_its_data(store: Store) -> None:
    two = own_data.keep(uploads.check("t.csv", csv_bytes(texts(200, ["cats", "dogs"]))).name, "Two")
    asked = {"model": "distilbert", "dataset": two.name}
    for axes, message in (({"train_examples": (100, 500)}, "500 is more"), ({"method": ("kd", "dkd")}, "degenerate")):
        with pytest.raises(InvalidConfig, match=message):
            service.submit(make_experiment("sweep", asked, axes, datasets=datasets_here()))
    assert store.list_runs() == []


@pytest.mark.parametrize("title", ["", " ", "x" * 41, "<b>", "../x", "a*b", "[x](y)", "digits", "Handwritten digits"])
def test_a_title_that_cannot_be_used_is_refused(title: str) -> None:
    draft = uploads.check("t.csv", csv_bytes(texts()))
    with pytest.raises(SimulatorError) as refused:
        own_data.keep(draft.name, title)
    assert refused.value.advice
    assert own_data.listed() == []


def test_the_same_data_and_the_same_title_are_refused(kept: OwnData) -> None:
    again = uploads.check("t.csv", csv_bytes(texts(100, ["cats", "dogs", "owls"])))
    with pytest.raises(SimulatorError, match="here already: Pets"):
        own_data.keep(again.name, "Other")
    other = uploads.check("t.csv", csv_bytes(texts(100)))
    with pytest.raises(SimulatorError, match="called 'pets' already"):
        own_data.keep(other.name, "pets")


def test_a_server_keeps_only_so_many(kept: OwnData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_data, "MOST_KEPT", 1)
    with pytest.raises(SimulatorError, match="as many"):
        own_data.keep(uploads.check("t.csv", csv_bytes(texts())).name, "More")


def test_deleted_data_is_gone_with_its_teachers_and_students(kept: OwnData, store: Store) -> None:
    config = make_config({"model": "distilbert", "dataset": kept.name})
    folder = teachers.folder(teachers.description(config, "scratch"))
    folder.mkdir(parents=True)
    student = stages.folder(stages.made_from("control", config, folder.name), config)
    student.mkdir(parents=True)
    service.delete_data(kept.name)
    assert not student.exists()
    assert own_data.listed() == [] and not own_data.folder_of(kept.name).exists() and not folder.exists()
    with pytest.raises(InvalidConfig, match=f"'{kept.name}': choose one of digits.* or a data set that was uploaded"):
        make_config({"model": "distilbert", "dataset": kept.name}, datasets_here())
    with pytest.raises(NotAvailable, match="There is no data set"):
        service.submit(config)
    store.add("r1", config, None)
    with pytest.raises(UnreadableRun):
        store.get("r1")
    with pytest.raises(NotAvailable):
        load(kept.name)


def test_a_run_stays_readable_when_its_data_was_deleted(kept: OwnData, store: Store) -> None:
    config = make_config({"model": "distilbert", "dataset": kept.name})
    store.add("r1", config, None)
    with pytest.raises(NotAllowed, match="r1"):
        service.delete_data(kept.name)
    store.finish("r1", "finished")
    service.delete_data(kept.name)
    assert store.get("r1").config == config
    assert own_data.dataset_info(kept.name).class_names == kept.class_names
    assert [p.name for p in own_data.folder_of(kept.name).iterdir()] == ["info.json"]
    with pytest.raises(NotAvailable, match="was deleted"):
        service.rerun("r1")
    with pytest.raises(NotAvailable, match="was deleted"):
        service.submit(make_config(config.model_dump()))
    with pytest.raises(InvalidConfig, match=f"dataset is '{kept.name}'"):
        make_config(config.model_dump(), datasets_here())
    assert own_data.keep(uploads.check("t.csv", csv_bytes(texts(100, ["cats", "dogs", "owls"]))).name, "Again")
    assert len(load(kept.name).train) == 180


def test_shipped_data_cannot_be_deleted() -> None:
    with pytest.raises(NotAllowed):
        service.delete_data("digits")


@pytest.mark.parametrize("name", ["own-zzzzzzzz", "../../etc", "own-00000000", "own-0000000/", "", "own-00000000\n"])
def test_a_name_that_is_no_data_set_is_refused(name: str) -> None:
    with pytest.raises(InvalidConfig, match="uploaded here"):
        make_config({"model": "distilbert", "dataset": name, "train_examples": 64}, datasets_here())


def test_a_broken_description_leaves_the_others_usable(kept: OwnData) -> None:
    broken = own_data.data_dir("own", "own-00000000") / own_data.INFO_FILE
    broken.write_text(json.dumps({"name": "own-00000000"}))
    assert [d.name for d in own_data.listed()] == [kept.name]


def test_old_drafts_go(monkeypatch: pytest.MonkeyPatch) -> None:
    first = uploads.check("t.csv", csv_bytes(texts(71)))
    monkeypatch.setattr(checking, "DRAFT_SECONDS", -1)
    uploads.check("t.csv", csv_bytes(texts(72)))
    with pytest.raises(NotAvailable, match="no longer here"):
        own_data.keep(first.name, "Late")
