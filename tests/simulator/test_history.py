"""The history of runs goes out as a file and comes back the same, and a file from anywhere does no harm."""

from __future__ import annotations

import json

import pytest

from simulator import budget, history, notes, own_data, recorded, service, uploads
from simulator.config import make_config
from simulator.errors import SimulatorError
from simulator.events import LossPoint, Measured, RunFinished, StageFinished
from simulator.own_data import OwnData
from simulator.paths import data_dir
from simulator.store import Store
from simulator.studies import make_study
from tests.simulator.brought import csv_bytes, texts
from tests.simulator.test_store import measurement

SAID = [
    LossPoint(variant="control", step=1, epoch=0.5, total=0.7, hard=0.7, learning_rate=1e-3),
    StageFinished(stage="control", seconds=500.0, peak_memory_mb=900.0, examples=100),
    Measured(measurement=measurement("teacher")),
    RunFinished(seconds=500.0, peak_memory_mb=900.0),
]


@pytest.fixture
def exported(store: Store) -> str:
    """A finished and a failed run, exported and then deleted."""
    for run_id, state in (("aa11", "finished"), ("bb22", "failed")):
        store.add(run_id, make_config({"temperature": 7.0}), None)
        store.start(run_id, "1@1")
        store.append(run_id, SAID)
        store.finish(run_id, state, "" if state == "finished" else "It broke.")
    store.add("cc33", make_config({}), None)  # under way: it is not history yet
    text = history.export_history()
    store.delete("aa11")
    store.delete("bb22")
    return text


def test_what_went_out_comes_back(store: Store, exported: str) -> None:
    assert history.import_history(exported.encode()) == history.Imported(2, 0, ())
    run = service.run("aa11")
    assert (run.state, run.origin, run.config.temperature) == ("finished", "imported", 7.0)
    assert [event for _, event in service.events("aa11")] == SAID
    assert service.measurements("aa11") == [measurement("teacher")]
    assert service.run("bb22").message == "It broke."
    assert history.import_history(exported.encode()) == history.Imported(0, 2, ())


def test_only_runs_that_have_ended_and_none_of_the_shipped(exported: str) -> None:
    ids = [entry["run"]["id"] for entry in json.loads(exported)["runs"]]
    assert ids == ["aa11", "bb22"]
    assert recorded.all_recorded()


def test_no_forecast_rests_on_an_imported_run(store: Store, exported: str) -> None:
    before = budget.forecast(make_config({}), store)
    history.import_history(exported.encode())
    assert budget.forecast(make_config({}), store) == before
    assert before.basis == "estimate"


def changed(exported: str, **values: object) -> bytes:
    document = json.loads(exported)
    document["runs"][0]["run"].update(values)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"id": "../../outside"}, "only letters and digits"),
        ({"id": ""}, "only letters and digits"),
        ({"state": "running"}, "only runs that have ended"),
        ({"state": "won"}, "state: Input should be"),
        ({"config": {"temperature": 99}}, "temperature: Input should be less"),
        ({"created_at": "yesterday"}, "created_at"),
    ],
)
def test_a_run_that_cannot_be_taken_is_named_and_the_others_come(
    exported: str, values: dict[str, object], reason: str
) -> None:
    imported = history.import_history(changed(exported, **values))
    assert imported.added == 1
    assert len(imported.refused) == 1
    assert reason in imported.refused[0]
    assert not (data_dir("exports").parent / "outside").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[1, 2]",
        b'{"runs": []}',
        b'{"format": "kd-pruning-simulator runs"}',
        b"[" * 100_000,
        b"PK\x03\x04",
    ],
)
def test_another_file_is_refused_with_what_to_do(content: bytes) -> None:
    with pytest.raises(SimulatorError, match="Runs page"):
        history.import_history(content)


def test_a_huge_file_is_refused() -> None:
    with pytest.raises(SimulatorError, match="at most 10 MB"):
        history.import_history(b" " * 10_000_001)


@pytest.mark.parametrize("entry", [None, 3, "run", {}, {"run": {}, "events": 3}])
def test_entries_of_any_shape_are_refused_one_by_one(entry: object) -> None:
    content = json.dumps({"format": history.FORMAT, "runs": [entry]}).encode()
    imported = history.import_history(content)
    assert (imported.added, len(imported.refused)) == (0, 1)


# -- notes, studies, own data


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
    assert history.import_history(text.encode()) == history.Imported(1, 1, ())
    assert notes.notes_of(["aa11", "bb22", shipped]) == {
        "aa11": "Soft targets helped.\nTwice.",
        shipped: "The *recorded* one.",
    }


def test_a_note_that_was_written_here_stays(exported: str) -> None:
    history.import_history(exported.encode())
    notes.write_note("aa11", "theirs")
    text = history.export_history()
    notes.write_note("aa11", "mine")
    assert history.import_history(text.encode()) == history.Imported(0, 2, ())
    assert notes.note("aa11") == "mine"


@pytest.mark.parametrize(("note", "reason"), [(3, "is no text"), ("x" * 4001, "at most 4,000")])
def test_a_note_that_cannot_be_taken_is_named_and_the_runs_come(exported: str, note: object, reason: str) -> None:
    document = json.loads(exported) | {"notes": {"aa11": note, "nowhere": "of no run here"}}
    imported = history.import_history(json.dumps(document).encode())
    assert imported.added == 2
    assert len(imported.refused) == 1 and reason in imported.refused[0]


@pytest.mark.parametrize("part", [{"notes": 3}, {"notes": ["a"]}, {"data": "x"}, {"data": {}}, {}])
def test_files_of_earlier_versions_and_of_any_shape_bring_their_runs(exported: str, part: dict[str, object]) -> None:
    document = {key: value for key, value in json.loads(exported).items() if key in ("format", "runs")}
    assert history.import_history(json.dumps(document | part).encode()) == history.Imported(2, 0, ())


def test_a_study_comes_back(store: Store) -> None:
    store.add("dd44", make_study("few_labels"), None)
    store.start("dd44", "1@1")
    store.append("dd44", SAID[-1:])
    store.finish("dd44", "finished")
    before, text = service.run("dd44"), history.export_history()
    store.delete("dd44")
    assert history.import_history(text.encode()) == history.Imported(1, 0, ())
    assert service.run("dd44").config == before.config


@pytest.fixture
def on_own_data(store: Store) -> tuple[OwnData, str]:
    """A run on own data, exported; then the server lost its disk."""
    kept = own_data.keep(uploads.check("secret name.csv", csv_bytes(texts(100, ["cats", "dogs"]))).name, "Pets")
    store.add("ee55", make_config({"model": "distilbert", "dataset": kept.name}), None)
    store.finish("ee55", "failed", "It broke.")
    text = history.export_history()
    store.delete("ee55")
    own_data.remove(kept.name, keep_description=False)
    return kept, text


def test_a_run_on_own_data_can_be_read_where_the_data_is_gone(on_own_data: tuple[OwnData, str]) -> None:
    kept, text = on_own_data
    assert "secret name" not in text and "ran over the hill" not in text
    assert history.import_history(text.encode()) == history.Imported(1, 0, ())
    assert service.run("ee55").settings.dataset == kept.name
    assert own_data.dataset_info(kept.name).class_names == ("cats", "dogs")
    assert not own_data.is_here(kept.name)
    assert kept.name not in [d.name for d in own_data.all_datasets()]


def test_data_that_is_here_is_not_replaced_by_its_description(on_own_data: tuple[OwnData, str]) -> None:
    _, text = on_own_data
    again = own_data.keep(uploads.check("s.csv", csv_bytes(texts(100, ["cats", "dogs"]))).name, "My animals")
    assert history.import_history(text.encode()).added == 1
    assert own_data.is_here(again.name)
    assert own_data.dataset_info(again.name).title == "My animals"


@pytest.mark.parametrize(
    "values",
    [
        {"name": "../../outside"},
        {"title": ""},
        {"title": "x" * 41},
        {"title": "[a](b)"},
        {"class_names": ["one"]},
        {"class_names": ["<b>", "c"]},
        {"class_names": ["x" * 201, "c"]},
        {"class_names": 7},
    ],
)
def test_descriptions_of_data_that_no_upload_leaves_are_refused(
    on_own_data: tuple[OwnData, str], values: dict[str, object]
) -> None:
    document = json.loads(on_own_data[1])
    document["data"][0].update(values)
    imported = history.import_history(json.dumps(document).encode())
    assert imported.added == 0
    assert imported.refused[0].startswith("Own data 1 of the file cannot be read")
    assert not (data_dir("own").parent / "outside").exists()


def test_a_variant_that_is_measured_twice_is_refused_and_the_others_come(exported: str) -> None:
    document = json.loads(exported)
    said = document["runs"][0]["events"]
    said.append(next(event for event in said if event["kind"] == "measured"))
    imported = history.import_history(json.dumps(document).encode())
    assert (imported.added, imported.already_here) == (1, 0)
    assert "two measurements of one variant" in imported.refused[0]


def test_a_file_of_nothing_but_brackets_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history.json, "loads", lambda content: pytest.fail("read"))
    for values in (b"{}", b"[]"):
        content = b'{"format": "kd-pruning-simulator runs", "runs": [' + b",".join([values] * 250_001) + b"]}"
        with pytest.raises(SimulatorError, match="more than 250,000 values"):
            history.import_history(content)


def test_of_many_runs_that_cannot_be_taken_the_first_are_named_and_the_others_counted() -> None:
    content = json.dumps({"format": history.FORMAT, "runs": [{}] * 1_000}).encode()
    refused = history.import_history(content).refused
    assert len(refused) == history.MOST_REASONS + 1
    assert refused[-1] == "980 more things of the file cannot be taken."


def test_what_a_database_cannot_keep_is_left_out_of_messages(store: Store, exported: str) -> None:
    assert history.import_history(changed(exported, message="It\0 broke.", advice="\0")).added == 2
    run = service.run("aa11")
    assert (run.message, run.advice) == ("It broke.", "")


def test_a_busy_server_writes_files_that_it_takes_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        store.add(f"r{number}", make_config({}), None)
        store.append(f"r{number}", SAID)
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
