"""A file of runs from anywhere is taken whole or refused whole, and does no harm."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.data import descriptions, own_data, uploads
from simulator.data.own_data import OwnData
from simulator.errors import SimulatorError
from simulator.events import (
    StageFinished,
    StageStarted,
)
from simulator.experiments import make_experiment
from simulator.runs import archive, history, notes, recorded, service
from simulator.runs.database.schema import metadata
from simulator.runs.database.store import Store
from simulator.runs.history import file as history_file
from tests.simulator.brought import csv_bytes, texts
from tests.simulator.runs.history.brought_back import changed


def test_a_file_of_version_1_is_read_and_its_studies_are_experiments(store: Store) -> None:
    file = Path(__file__).with_name("history_of_version_1.json").read_bytes()
    assert history.import_history(file) == history.Imported(4, 0)
    hot, stopped = archive.run("hot").experiment, archive.run("stopped").experiment
    assert hot == make_experiment("how_hot", axes={"temperature": (1.0, 4.0)}, seeds=2)
    assert stopped == hot.model_copy(update={"continues": "hot"})
    stages = {event.stage for _, event in archive.events("hot") if isinstance(event, StageStarted | StageFinished)}
    assert stages == {"experiment"}
    assert notes.note("hot") == "Warm."


def everything(store: Store, folder: Path) -> object:
    """All that is stored and every file beside the database."""
    with store.engine.connect() as connection:
        rows = {t.name: sorted(map(tuple, connection.execute(t.select()))) for t in metadata.sorted_tables}
    beside = [f for f in folder.rglob("*") if f.is_file() and "runs.sqlite3" not in f.name]
    files = {str(f.relative_to(folder)): f.read_bytes() for f in beside}
    return rows, files


@pytest.fixture
def refused_whole(store: Store, data_directory: Path) -> Callable[[bytes, str], None]:
    """That a file is refused for a reason, and nothing of it was taken."""

    def check(content: bytes, reason: str) -> None:
        before = everything(store, data_directory)
        with pytest.raises(SimulatorError, match=reason) as refused:
            history.import_history(content)
        assert "Nothing was taken" in refused.value.advice
        assert everything(store, data_directory) == before

    return check


Refuses = Callable[[bytes, str], None]


def event_changed(exported: str, kind: str, values: dict[str, object]) -> bytes:
    document = json.loads(exported)
    event = next(e for e in document["runs"][0]["events"] if e["kind"] == kind)
    (event["measurement"] if kind == "measured" else event).update(values)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"id": "../../outside"}, "letters, digits and hyphens"),
        ({"id": ""}, "letters, digits and hyphens"),
        ({"id": "bb22"}, "two runs of one id"),
        ({"state": "running"}, "only runs that have ended"),
        ({"state": "won"}, "state: Input should be"),
        ({"config": {"temperature": 99}}, "temperature: Input should be less"),
        ({"config": {"dataset": "own-00000000"}}, "its dataset 'own-00000000' is neither in the file nor here"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"created_at": "2026-01-01T00:00:00"}, "created_at: Input should have timezone"),
        ({"created_at": "0001-01-01T00:00:00Z"}, "created_at: Input should be greater"),
        ({"created_at": "9998-01-01T00:00:00Z"}, "still to come"),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "started_at"),
        ({"forecast": {"seconds": -1, "peak_memory_mb": 1, "basis": "estimate"}}, "forecast.seconds"),
        ({"forecast": {"seconds": 1e300, "peak_memory_mb": 1, "basis": "estimate"}}, "forecast.seconds"),
        ({"forecast": {"seconds": 10**4000, "peak_memory_mb": 1, "basis": "estimate"}}, "forecast.seconds"),
        ({"message": "x" * 100_001}, "at most 100,000"),
        ({"mood": "good"}, "mood: Extra inputs"),
    ],
)
def test_a_file_with_a_run_that_cannot_be_taken_is_refused_whole(
    exported: str, refused_whole: Refuses, values: dict[str, object], reason: str
) -> None:
    refused_whole(changed(exported, **values), reason)


@pytest.mark.parametrize(
    ("kind", "values", "reason"),
    [
        ("measured", {"accuracy": 5.0}, "accuracy: Input should be less"),
        ("measured", {"confusion": [[1, 1, 0], [1, 1, 0], [0, 0, 0]]}, "other classes"),
        ("measured", {"repeat": 1}, "seed 2"),
        ("measured", {"latency_ms": {"batch_1e9": {}}}, "latency_ms"),
        ("loss", {"total": -(10**400)}, "total"),
        ("described", {"class_names": ["<a href='https://evil.example'>cat</a>", "dog"]}, "name no data set can have"),
        ("described", {"labels": [0, 1, 2, 0]}, "other classes"),
        ("described", {"kind": "gossip"}, "kind"),
        ("finished", {"kind": "failed", "message": "No."}, "events"),
    ],
)
def test_a_file_with_an_event_that_cannot_be_is_refused_whole(
    exported: str, refused_whole: Refuses, kind: str, values: dict[str, object], reason: str
) -> None:
    refused_whole(event_changed(exported, kind, values), reason)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
@pytest.mark.parametrize(
    "field", ['"accuracy":0.5', '"hard":0.7', '"recall":0.5', '"temperature":7.0', '"seconds":500.0']
)
def test_no_number_that_is_none_is_taken_from_a_file(
    exported: str, refused_whole: Refuses, field: str, number: str
) -> None:
    assert field in exported
    name = field.partition(":")[0]
    refused_whole(exported.replace(field, f"{name}:{number}", 1).encode(), "cannot be read")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[1, 2]",
        b'{"runs": []}',
        b'{"format": "kd-pruning-simulator runs"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"PK\x03\x04",
        b'"\\ud800"',
    ],
)
def test_another_file_is_refused_with_what_to_do(refused_whole: Refuses, content: bytes) -> None:
    refused_whole(content, "Runs page")


def test_a_huge_file_is_refused(refused_whole: Refuses) -> None:
    refused_whole(b" " * 10_000_001, "at most 10.0 MB")


def test_a_file_of_a_newer_version_is_refused(exported: str, refused_whole: Refuses) -> None:
    refused_whole(json.dumps(json.loads(exported) | {"models": []}).encode(), "a part 'models'")


@pytest.mark.parametrize("entry", [None, 3, "run", {}, {"run": {}, "events": 3}])
def test_entries_of_any_shape_are_refused(refused_whole: Refuses, entry: object) -> None:
    refused_whole(json.dumps({"format": history.FORMAT, "runs": [entry]}).encode(), "Run 1 of the file cannot be read")


@pytest.mark.parametrize("part", [{"notes": 3}, {"notes": ["a"]}, {"data": "x"}, {"data": {}}])
def test_parts_of_any_shape_are_refused(exported: str, refused_whole: Refuses, part: dict[str, object]) -> None:
    refused_whole(json.dumps(json.loads(exported) | part).encode(), "cannot be")


def test_more_runs_than_any_file_of_this_app_holds_are_refused_at_once(exported: str, refused_whole: Refuses) -> None:
    document = json.loads(exported)
    document["runs"] = [{}] * 1_001
    refused_whole(json.dumps(document).encode(), "at most 1,000")


def test_a_fault_of_the_database_leaves_nothing_of_a_file(
    on_own_data: tuple[OwnData, str], store: Store, data_directory: Path
) -> None:
    """The last insert fails: the runs before it and the folder of the own data go again."""
    document = json.loads(on_own_data[1])
    document["notes"] = {"ee55": "x"}
    before = everything(store, data_directory)

    def refuse(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("INSERT INTO notes"):
            raise sa.exc.OperationalError(statement, {}, Exception("disk I/O error"))

    sa.event.listen(store.engine, "before_cursor_execute", refuse)
    with pytest.raises(sa.exc.OperationalError):
        history.import_history(json.dumps(document).encode())
    sa.event.remove(store.engine, "before_cursor_execute", refuse)
    assert everything(store, data_directory) == before
    assert history.import_history(json.dumps(document).encode()).added == 1


@pytest.mark.parametrize(("note", "reason"), [(3, "valid string"), ("x" * 4001, "at most 4,000")])
def test_a_file_with_a_note_that_cannot_be_taken_is_refused_whole(
    exported: str, refused_whole: Refuses, note: object, reason: str
) -> None:
    refused_whole(json.dumps(json.loads(exported) | {"notes": {"aa11": note}}).encode(), reason)


def test_a_file_of_an_earlier_version_brings_its_runs(exported: str) -> None:
    document = {key: value for key, value in json.loads(exported).items() if key in ("format", "runs")}
    assert history.import_history(json.dumps(document).encode()) == history.Imported(2, 0)


def test_data_that_is_here_is_not_replaced_by_its_description(on_own_data: tuple[OwnData, str]) -> None:
    _, text = on_own_data
    again = own_data.keep(uploads.check("s.csv", csv_bytes(texts(100, ["cats", "dogs"]))).name, "My animals")
    assert history.import_history(text.encode()).added == 1
    assert own_data.is_here(again.name)
    assert own_data.dataset_info(again.name).title == "My animals"


@pytest.mark.parametrize("fails", [False, True])
def test_data_that_is_here_and_cannot_be_read_is_not_touched(
    on_own_data: tuple[OwnData, str], store: Store, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    kept, text = on_own_data
    own_data.keep(uploads.check("s.csv", csv_bytes(texts(100, ["cats", "dogs"]))).name, "My animals")
    folder = own_data.folder_of(kept.name)
    (folder / own_data.INFO_FILE).write_text("{")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with monkeypatch.context() as patch:
        if fails:
            patch.setattr(Store, "restore", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError) if fails else nullcontext():
            history.import_history(text.encode())
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    service.delete_data(kept.name)
    history.import_history(text.encode())  # now there is room for what the file knows of it
    assert archive.run("ee55").settings.dataset == kept.name


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
        {"class_names": ["cats", "cats"]},
        {"counts": [[70, 15, 15]]},
        {"tokens": -1},
        {"created_at": "2026-01-01T00:00:00"},
    ],
)
def test_descriptions_of_data_that_no_upload_leaves_are_refused(
    on_own_data: tuple[OwnData, str], refused_whole: Refuses, values: dict[str, object]
) -> None:
    document = json.loads(on_own_data[1])
    document["data"][0].update(values)
    refused_whole(json.dumps(document).encode(), "own data of the file cannot be read")


def test_data_that_no_run_of_the_file_used_is_refused(on_own_data: tuple[OwnData, str], refused_whole: Refuses) -> None:
    document = json.loads(on_own_data[1])
    document["data"][0]["name"] = "own-01234567"
    document["runs"] = [entry | {"run": entry["run"] | {"config": {}}} for entry in document["runs"]]
    refused_whole(json.dumps(document).encode(), "none of its runs used")


def test_no_thousands_of_folders_are_made_for_one_run(on_own_data: tuple[OwnData, str], refused_whole: Refuses) -> None:
    document = json.loads(on_own_data[1])
    document["data"] = [document["data"][0] | {"name": f"own-{n:08x}"} for n in range(20_000)]
    refused_whole(json.dumps(document).encode(), "more own data sets than it has runs")


def test_a_server_knows_so_many_data_sets_and_no_more(
    on_own_data: tuple[OwnData, str], refused_whole: Refuses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descriptions, "MOST_KNOWN", 0)
    refused_whole(on_own_data[1].encode(), "at most 0 own data sets")


def test_a_variant_that_is_measured_twice_is_refused(exported: str, refused_whole: Refuses) -> None:
    document = json.loads(exported)
    said = document["runs"][0]["events"]
    said.append(next(event for event in said if event["kind"] == "measured"))
    refused_whole(json.dumps(document).encode(), "two measurements of one variant")


def test_a_sweep_over_sparsities_on_examples_that_were_not_measured_is_refused(
    exported: str, refused_whole: Refuses
) -> None:
    document = json.loads(exported)
    points = [{"target_sparsity": share, "removed": share, "right": 1} for share in (0.0, 0.5)]
    document["runs"][0]["events"].append({"kind": "swept", "points": points, "examples": 5, "seconds": 1.0})
    refused_whole(json.dumps(document).encode(), "more examples than it measured")


def of_seed(repeat: int, *sparsities: float, examples: int = 1) -> dict[str, Any]:
    """A sweep over sparsities, as a file holds it."""
    points = [{"target_sparsity": share, "removed": share, "right": 1} for share in sparsities]
    return {"kind": "swept", "points": points, "examples": examples, "seconds": 1.0, "repeat": repeat}


def with_sweeps(*swept: dict[str, Any]) -> bytes:
    """A file of a real run with a second seed, and these sweeps over sparsities."""
    document = json.loads(real())
    run, events = document["runs"][0]["run"], document["runs"][0]["events"]
    run["config"]["repeats"] = 2
    again = [e for e in events if e["kind"] == "measured" and e["measurement"]["name"] == "distilled"]
    again = [e | {"measurement": e["measurement"] | {"repeat": 1}} for e in again]
    document["runs"][0]["events"] = [e for e in events if e["kind"] != "swept"] + again + list(swept)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("swept", "reason"),
    [
        ([of_seed(0, 0.5, 0.9)], "does not begin with the unpruned student"),
        ([of_seed(0, 0.0, 0.5), of_seed(1, 0.0, 0.5, 0.9)], "differ between its seeds"),
        ([of_seed(0, 0.0, 0.5), of_seed(1, 0.0, 0.9)], "differ between its seeds"),
        ([of_seed(0, 0.0, 0.5), of_seed(1, 0.0, 0.5, examples=2)], "differ between its seeds"),
        ([of_seed(0, 0.0, 0.5), of_seed(0, 0.0, 0.5)], "two sweeps over sparsities of one seed"),
        ([of_seed(0, 0.0, 0.9, 0.5)], "out of order"),
    ],
)
def test_sweeps_over_sparsities_that_no_run_measures_are_refused(
    refused_whole: Refuses, swept: list[dict[str, Any]], reason: str
) -> None:
    refused_whole(with_sweeps(*swept), reason)


def test_a_sweep_over_sparsities_of_each_seed_is_taken(store: Store) -> None:
    assert history.import_history(with_sweeps(of_seed(0, 0.0, 0.5), of_seed(1, 0.0, 0.5))).added == 2


def test_a_file_of_nothing_but_brackets_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_file, "from_json", lambda content: pytest.fail("read"))
    for values in (b"{}", b"[]"):
        content = b'{"format": "kd-pruning-simulator runs", "runs": [' + b",".join([values] * 250_001) + b"]}"
        with pytest.raises(SimulatorError, match="more than 250,000 values"):
            history.import_history(content)


# -- real runs, changed at random


@cache
def real() -> str:
    """A file of a real run of ResNet-18 and of a real experiment, under ids of their own."""
    shipped = [r for r in map(recorded.find, ("recorded-resnet18", "recorded-lab-sparsity")) if r]
    runs = [
        {
            "run": r.run.model_copy(update={"id": f"real{n}", "origin": "app"}).model_dump(mode="json"),
            "events": [e.model_dump(mode="json") for e in r.events],
        }
        for n, r in enumerate(shipped)
    ]
    return json.dumps({"format": history.FORMAT, "runs": runs, "notes": {"real0": "A *note*."}, "data": []})


PARTS = ("runs", "runs", "runs", "notes", "data", "format")

ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from([[], {}, [[]], "", "\0", "\u202e", "0001-01-01T00:00:00", 10**4000, "finished", "teacher"]),
)


@settings(max_examples=150, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seeds=st.lists(st.integers(0, 2**32), min_size=1, max_size=3),
    way=st.sampled_from(["set", "drop", "double"]),
    odd=ODD,
)
def test_a_changed_file_is_taken_whole_or_leaves_no_trace(
    store: Store, data_directory: Path, seeds: list[int], way: str, odd: Any
) -> None:
    document = json.loads(real())
    for seed in seeds:
        change(document, random.Random(seed), way, odd)
    content = json.dumps(document).encode()
    before = everything(store, data_directory)
    try:
        imported = history.import_history(content)
    except SimulatorError:
        assert everything(store, data_directory) == before
        return
    assert (imported.added, imported.already_here) == (len(document["runs"]), 0)
    again = json.loads(history.export_history())
    for run in archive.list_runs(("finished", "failed", "cancelled", "interrupted")):
        if run.origin != "recorded":
            service.delete(run.id)
    assert history.import_history(json.dumps(again).encode()).added == imported.added
    assert {e["run"]["id"]: e["events"] for e in json.loads(history.export_history())["runs"]} == {
        e["run"]["id"]: e["events"] for e in again["runs"]
    }
    for run_id in [entry["run"]["id"] for entry in again["runs"]]:
        service.delete(run_id)
    assert everything(store, data_directory) == before


def change(document: dict[str, Any], chance: random.Random, way: str, odd: Any) -> None:
    """Set, drop or double something in a file. Paths are chosen by depth first: deep lists have the most."""
    path: list[Any] = [chance.choice(PARTS)]
    if path[0] not in document:
        return
    value: Any = document[path[0]]
    while isinstance(value, dict | list) and value and chance.random() < 0.9:
        path.append(chance.choice(sorted(value)) if isinstance(value, dict) else chance.randrange(len(value)))
        value = value[path[-1]]
    place: Any = document
    for key in path[:-1]:
        place = place[key]
    if way == "set":
        place[path[-1]] = odd
    elif way == "drop":
        del place[path[-1]]
    elif isinstance(place, list):
        place.append(copy.deepcopy(place[path[-1]]))
