"""The history of runs goes out as a file and comes back the same."""

from __future__ import annotations

import copy
import json

import pytest

from simulator.config.run import make_config
from simulator.data import own_data
from simulator.data.own_data import OwnData
from simulator.events import (
    CellFinished,
    Concluded,
    Conclusion,
)
from simulator.experiments import make_experiment
from simulator.host.paths import data_dir
from simulator.runs import archive, history, notes, recorded, service
from simulator.runs.database.schema import events as event_table
from simulator.runs.database.store import Store
from simulator.runs.forecast import cost
from tests.simulator.runs.database.test_store import measurement
from tests.simulator.runs.history.brought_back import EVENTS, changed


def test_what_went_out_comes_back(store: Store, exported: str) -> None:
    assert history.import_history(exported.encode()) == history.Imported(2, 0)
    run = archive.run("aa11")
    assert (run.state, run.origin, run.config.temperature) == ("finished", "imported", 7.0)
    assert [event for _, event in archive.events("aa11")] == EVENTS
    assert archive.measurements("aa11") == [measurement("teacher")]
    assert archive.run("bb22").message == "It broke."
    assert history.import_history(exported.encode()) == history.Imported(0, 2)


def test_only_runs_that_have_ended_and_none_of_the_shipped(exported: str) -> None:
    ids = [entry["run"]["id"] for entry in json.loads(exported)["runs"]]
    assert ids == ["aa11", "bb22"]
    assert recorded.all_recorded()


def test_no_forecast_rests_on_an_imported_run(store: Store, exported: str) -> None:
    before = cost.forecast(make_config({}), store)
    history.import_history(exported.encode())
    assert cost.forecast(make_config({}), store) == before
    assert before.basis == "estimate"


def test_notes_come_back_those_of_shipped_runs_too(store: Store, exported: str) -> None:
    history.import_history(exported.encode())
    shipped = recorded.all_recorded()[0].run.id
    notes.write_note("aa11", "Soft targets helped.\nTwice.")
    notes.write_note(shipped, "The *recorded* one.")
    text = history.export_history()
    assert shipped not in [entry["run"]["id"] for entry in json.loads(text)["runs"]]
    store.delete("aa11")
    notes.write_note(shipped, "")
    assert notes.note("aa11") == ""
    assert history.import_history(text.encode()) == history.Imported(1, 1)
    assert notes.notes_of(["aa11", "bb22", shipped]) == {
        "aa11": "Soft targets helped.\nTwice.",
        shipped: "The *recorded* one.",
    }


def test_a_note_that_was_written_here_stays(exported: str) -> None:
    history.import_history(exported.encode())
    notes.write_note("aa11", "theirs")
    text = history.export_history()
    notes.write_note("aa11", "mine")
    assert history.import_history(text.encode()) == history.Imported(0, 2)
    assert notes.note("aa11") == "mine"


def test_notes_of_runs_that_are_not_here_are_counted(exported: str) -> None:
    document = json.loads(exported) | {"notes": {"aa11": "mine", "nowhere": "of no run here"}}
    assert history.import_history(json.dumps(document).encode()) == history.Imported(2, 0, notes_left_out=1)
    assert notes.notes_of(["aa11", "nowhere"]) == {"aa11": "mine"}


def test_an_experiment_comes_back(store: Store) -> None:
    config = make_experiment("few_labels")
    place = (config.places() or [])[0]
    cell = CellFinished(at=place[0], seed=place[1], values={"distilled": 0.5, "control": 0.4})
    conclusion = Conclusion(sentences=("So it is.",), answer="", shown=False)
    store.add("dd44", config, None)
    store.start("dd44", "1@1")
    store.append("dd44", [cell, Concluded(conclusion=conclusion), EVENTS[-1]])
    store.finish("dd44", "finished")
    before, text = archive.run("dd44"), history.export_history()
    store.delete("dd44")
    assert history.import_history(text.encode()) == history.Imported(1, 0)
    assert archive.run("dd44").config == before.config


def test_a_run_on_own_data_can_be_read_where_the_data_is_gone(on_own_data: tuple[OwnData, str]) -> None:
    kept, text = on_own_data
    assert "secret name" not in text and "ran over" not in text
    assert history.import_history(text.encode()) == history.Imported(1, 0)
    assert archive.run("ee55").settings.dataset == kept.name
    assert own_data.dataset_info(kept.name).class_names == ("cats", "dogs")
    assert not own_data.is_here(kept.name)
    assert kept.name not in [d.name for d in own_data.all_datasets()]


def test_what_is_known_of_removed_data_goes_with_the_last_run_on_it(on_own_data: tuple[OwnData, str]) -> None:
    kept, text = on_own_data
    document = json.loads(text)
    second = copy.deepcopy(document["runs"][0])
    second["run"]["id"] = "ff66"
    document["runs"].append(second)
    assert history.import_history(json.dumps(document).encode()).added == 2
    service.delete("ee55")
    assert archive.run("ff66").settings.dataset == kept.name
    service.delete("ff66")
    assert list(data_dir("own").iterdir()) == []


def test_what_a_database_cannot_keep_is_left_out_of_messages(store: Store, exported: str) -> None:
    assert history.import_history(changed(exported, message="It\0 broke.", advice="\0")).added == 2
    run = archive.run("aa11")
    assert (run.message, run.advice) == ("It broke.", "")


def test_a_busy_server_writes_files_that_it_takes_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        store.add(f"r{number}", make_config({}), None)
        store.append(f"r{number}", EVENTS)
        store.finish(f"r{number}", "finished")
    ids = [run.id for run in history.ended_runs()]
    assert history.parts(ids) == [("r0", "r1", "r2", "r3", "r4")]
    monkeypatch.setattr(history, "PART_CHARACTERS", 2.5 * (store.sizes()["r0"] + history.RUN_CHARACTERS))
    groups = history.parts(ids)
    assert groups == [("r0", "r1"), ("r2", "r3"), ("r4",)]
    files = [history.export_history(group) for group in groups]
    assert all(len(text) < history.PART_CHARACTERS for text in files)
    for run_id in ids:
        store.delete(run_id)
    assert sum(history.import_history(text.encode()).added for text in files) == 5
    assert sorted(run.id for run in history.ended_runs()) == ids
    assert history.parts([]) == [()]


def test_a_run_whose_events_cannot_be_read_is_left_out_of_the_file(store: Store, exported: str) -> None:
    history.import_history(exported.encode())
    with store.engine.begin() as connection:
        connection.execute(event_table.update().where(event_table.c.run_id == "aa11").values(body='{"kind":"loss"}'))
    document = json.loads(history.export_history())
    assert [entry["run"]["id"] for entry in document["runs"]] == ["bb22"]
