"""The history of runs goes out as a file and comes back the same, and a file from anywhere does no harm."""

from __future__ import annotations

import json

import pytest

from simulator import budget, history, recorded, service
from simulator.config import make_config
from simulator.errors import SimulatorError
from simulator.events import LossPoint, Measured, RunFinished, StageFinished
from simulator.paths import data_dir
from simulator.store import Store
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
    assert refused[-1] == "980 more runs of the file cannot be taken."


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
