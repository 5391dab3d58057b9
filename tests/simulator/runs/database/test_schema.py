"""A database that an earlier version made: it opens, and what is in it is of this version from then on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from simulator.events import CellFinished, Progress, RunFailed, StageFinished, StageStarted
from simulator.experiments import make_experiment
from simulator.runs.database import schema
from simulator.runs.database.schema import VERSION, events, notes, runs, versions
from simulator.runs.database.store import Store


@pytest.fixture
def database(tmp_path: Path) -> str:
    """What version 1 kept: two runs and three runs of experiments, one of them waiting."""
    file = tmp_path / "version_1.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.executescript(Path(__file__).with_name("version_1.sql").read_text("utf-8"))
    connection.close()
    return f"sqlite:///{file}"


@pytest.fixture
def upgraded(database: str) -> Iterator[Store]:
    with ThreadPoolExecutor(4) as pool:  # several processes open it for the first time at once
        stores = list(pool.map(lambda _: Store(database), range(4)))
    yield stores[0]
    for one in stores:
        one.close()


def test_only_one_of_several_processes_upgrades(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrades: list[Connection] = []
    monkeypatch.setattr(schema, "_fill_columns", lambda c, fill=schema._fill_columns: upgrades.append(c) or fill(c))
    for _ in range(3):
        Store(database).close()
    assert len(upgrades) == 1


HOW_HOT = make_experiment("how_hot", axes={"temperature": (1.0, 4.0)}, seeds=2)


def test_what_version_1_called_a_study_is_an_experiment(upgraded: Store) -> None:
    configs = {run.id: run.experiment for run in upgraded.list_runs()}
    assert configs == {
        "run": None,
        "hot": HOW_HOT,
        "stopped": HOW_HOT.model_copy(update={"continues": "hot"}),
        "failed": None,
        "waiting": make_experiment("few_labels"),
    }
    assert upgraded.unreadable_runs() == []
    stored = [event for _, event in upgraded.events("hot")]
    stages = [event.stage for event in stored if isinstance(event, StageStarted | Progress | StageFinished)]
    assert stages == ["experiment"] * 3
    assert sum(isinstance(event, CellFinished) for event in stored) == 4


def test_the_rest_of_version_1_stays_as_it_was(upgraded: Store) -> None:
    started = next(event for _, event in upgraded.events("hot") if isinstance(event, StageStarted))
    assert started.note == 'How hot? Not "stage":"study".'
    assert [event for _, event in upgraded.events("failed")] == [RunFailed(message='It said {"kind":"study"}.')]
    assert upgraded.get("run").settings.temperature == 7.0
    assert [measured.name for measured in upgraded.measurements("run")] == ["teacher"]
    with upgraded.engine.connect() as connection:
        assert connection.execute(sa.select(notes.c.run_id, notes.c.body)).all() == [("hot", "Warm.")]
        assert connection.execute(sa.select(sa.func.max(versions.c.version))).scalar() == VERSION


def test_what_a_query_asks_for_is_a_column(upgraded: Store) -> None:
    with upgraded.engine.connect() as connection:
        asked = connection.execute(sa.select(runs.c.id, runs.c.model, runs.c.experiment)).all()
        rows = connection.execute(sa.select(events.c.kind, events.c.body)).all()
    assert sorted(asked) == [
        ("failed", "t5_small", ""),
        ("hot", "resnet18", "how_hot"),
        ("run", "resnet18", ""),
        ("stopped", "resnet18", "how_hot"),
        ("waiting", "resnet18", "few_labels"),
    ]
    assert len(rows) == 20
    assert all(row.kind == json.loads(row.body)["kind"] for row in rows)


def test_no_query_reads_the_beginning_of_a_json_text(upgraded: Store) -> None:
    with upgraded.engine.begin() as connection:  # the same records, with their fields in another order
        for table, column in ((runs, "config"), (events, "body")):
            for row in connection.execute(sa.select(table)).mappings().all():
                turned = json.dumps(dict(reversed(json.loads(row[column]).items())))
                key = [c == row[c.name] for c in table.primary_key]
                connection.execute(table.update().where(*key).values({column: turned}))
    described = upgraded.described("hot")
    assert described is not None and described.class_names == ("cat", "dog")
    assert [config.model for config, _ in upgraded.recent_costs("resnet18")] == ["resnet18"]
    assert [config for config, _ in upgraded.recent_experiments("how_hot", "resnet18")] == [HOW_HOT]


def test_the_upgraded_runs_are_used_like_others(upgraded: Store) -> None:
    ((config, stored),) = upgraded.recent_experiments("how_hot", "resnet18")
    assert (config, [type(event).__name__ for event in stored]) == (HOW_HOT, ["StageFinished", "RunFinished"])
    assert upgraded.claim_next("1@1") == "waiting"
