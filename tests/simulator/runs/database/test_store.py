from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from simulator.config.run import make_config
from simulator.errors import NotAvailable, RunNotFound
from simulator.events import Measured, RunFailed
from simulator.runs.database.schema import VERSION, notes, runs, versions
from simulator.runs.database.store import ADD_TRIES, Forecast, Store, open_store
from tests.simulator.runs.database.kept import LOSS, measurement


def test_a_run_comes_back_as_it_was_put_in(store: Store) -> None:
    config = make_config({"model": "t5_small", "temperature": 7.5, "also_prune": ("norms",)})
    expected = Forecast(seconds=12.5, peak_memory_mb=900, basis="estimate")
    store.add("a", config, expected, origin="cli")
    run = store.get("a")
    assert (run.config, run.forecast, run.origin, run.state) == (config, expected, "cli", "queued")
    assert run.created_at.utcoffset() is not None


def test_a_run_that_is_not_there_is_an_error_that_names_it(store: Store) -> None:
    with pytest.raises(RunNotFound, match="nowhere"):
        store.get("nowhere")


def test_runs_are_claimed_first_come_first_served_and_once(store: Store) -> None:
    for name in ("b", "a", "c"):
        store.add(name, make_config({}), None)
    assert [store.queue_position(name) for name in ("b", "a", "c")] == [1, 2, 3]
    assert store.claim_next("1@1") == "b"
    assert [store.queue_position(name) for name in ("b", "a", "c")] == [None, 1, 2]
    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(lambda _: store.claim_next("1@1"), range(8)))
    assert sorted(name for name in claimed if name) == ["a", "c"]
    assert not store.is_waiting()


def test_a_run_of_the_command_line_is_not_in_the_servers_queue(store: Store) -> None:
    store.add("cli", make_config({}), None, origin="cli")
    store.add("app", make_config({}), None)
    assert store.queue_position("app") == 1
    assert store.claim_next("1@1") == "app"
    assert store.claim_next("1@1") is None


def test_a_run_ends_once(store: Store) -> None:
    store.add("a", make_config({}), None)
    assert not store.finish("a", "cancelled", "Too late.", was=("running",))
    assert store.start("a", "1@1")
    assert not store.start("a", "2@2")
    assert store.running() == [("a", "1@1")]
    assert store.finish("a", "finished")
    assert not store.finish("a", "failed", "No.")
    assert store.get("a").state == "finished"
    assert store.events("a") == []


def test_an_early_end_is_told_in_the_record_and_among_the_events(store: Store) -> None:
    store.add("a", make_config({}), None)
    store.append("a", [LOSS])
    assert store.finish("a", "failed", "It broke.", "Mend it.")
    assert store.events("a") == [(1, LOSS), (2, RunFailed(message="It broke.", advice="Mend it."))]
    assert (store.get("a").message, store.get("a").advice) == ("It broke.", "Mend it.")


EARLIER = """
CREATE TABLE runs (
    id VARCHAR(32) NOT NULL, number INTEGER NOT NULL, state VARCHAR(16) NOT NULL, origin VARCHAR(16) NOT NULL,
    config TEXT NOT NULL, forecast TEXT NOT NULL, created_at VARCHAR(32) NOT NULL, started_at VARCHAR(32),
    finished_at VARCHAR(32), process VARCHAR(64), cancel_requested BOOLEAN NOT NULL, message TEXT NOT NULL,
    advice TEXT NOT NULL, PRIMARY KEY (id), UNIQUE (number)
);
CREATE TABLE measurements (
    run_id VARCHAR(32) NOT NULL, variant VARCHAR(16) NOT NULL, position INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (run_id, variant), FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
);
"""


def test_a_database_of_the_version_with_one_seed_keeps_working(tmp_path: Path) -> None:
    file = tmp_path / "earlier.sqlite3"
    new = {"repeat", "answers", "sparse_bytes", "sparse_encodings"}
    config = make_config({}).model_dump_json(exclude={"repeats"})
    with sqlite3.connect(file) as old:
        old.executescript(EARLIER)
        values = ("old", 1, "finished", "app", config, "", "2026-01-01T00:00:00+00:00", False, "", "")
        named = "id, number, state, origin, config, forecast, created_at, cancel_requested, message, advice"
        old.execute(f"INSERT INTO runs ({named}) VALUES ({', '.join('?' * len(values))})", values)
        for position, name in enumerate(("teacher", "control")):
            body = measurement(name).model_dump_json(exclude=new)
            old.execute("INSERT INTO measurements VALUES ('old', ?, ?, ?)", (name, position, body))
    old.close()
    url = f"sqlite:///{file}"
    with ThreadPoolExecutor(4) as pool:  # several processes open it for the first time at once
        stores = list(pool.map(lambda _: Store(url), range(4)))
    one = stores[0]
    assert one.get("old").config == make_config({})
    assert one.measurements("old") == [measurement("teacher"), measurement("control")]
    one.append("old", [Measured(measurement=measurement("control", repeat=1))])
    again = Store(url)  # nothing is taken over twice
    assert [m.repeat for m in again.measurements("old")] == [0, 0, 1]
    again.delete("old")
    assert Store(url).measurements("old") == []
    with again.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM measurements")).scalar() == 0
    for opened in (*stores, again):
        opened.close()


def test_a_deleted_run_leaves_nothing(store: Store) -> None:
    store.add("a", make_config({}), None)
    store.append("a", [LOSS, Measured(measurement=measurement("teacher"))])
    store.delete("a")
    assert (store.list_runs(), store.events("a"), store.measurements("a")) == ([], [], [])


def test_runs_are_listed_newest_first_and_by_state(store: Store) -> None:
    for name in ("first", "second"):
        store.add(name, make_config({}), None)
    store.finish("first", "cancelled", "No.")
    assert [run.id for run in store.list_runs()] == ["second", "first"]
    assert [run.id for run in store.list_runs(["cancelled"])] == ["first"]


def test_many_readers_and_writers_at_once_lose_nothing(store: Store) -> None:
    """Each writer opens the database for itself, as processes do."""
    names = [f"run{i}" for i in range(4)]
    failures: list[BaseException] = []

    def write(name: str) -> None:
        mine = Store(str(store.engine.url))
        try:
            mine.add(name, make_config({}), None)
            for _ in range(20):
                mine.append(name, [LOSS, LOSS])
                mine.events(name)
        except BaseException as error:  # told to the test's own thread below
            failures.append(error)
        finally:
            mine.close()

    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [len(store.events(name)) for name in names] == [40] * 4


def test_many_open_a_new_database_at_the_same_moment(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(lambda _: Store(url), range(8)))
    for one in stores:
        assert one.list_runs() == []
        one.close()


@pytest.mark.parametrize("times", [2, 99])
def test_a_number_that_another_server_has_just_taken_is_chosen_again(store: Store, times: int) -> None:
    """Two at once on a database server, which SQLite does not let happen: the database refuses the number."""
    refused: list[str] = []

    def refuse(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("INSERT INTO runs") and len(refused) < times:
            refused.append(statement)
            raise sa.exc.IntegrityError(statement, {}, Exception("UNIQUE constraint failed: runs.number"))

    sa.event.listen(store.engine, "before_cursor_execute", refuse)
    if times == 2:
        store.add("a", make_config({}), None)
        assert [run.id for run in store.list_runs()] == ["a"]
    else:
        with pytest.raises(sa.exc.IntegrityError):
            store.add("a", make_config({}), None)
        assert len(refused) == ADD_TRIES
    sa.event.remove(store.engine, "before_cursor_execute", refuse)


def test_a_run_whose_settings_have_other_names_by_now_is_left_out_and_said_so(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("old", "new"):
        store.add(name, make_config({}), None)
        store.finish(name, "finished")
    with store.engine.begin() as connection:
        renamed = sa.func.replace(runs.c.config, '"temperature"', '"heat"')
        connection.execute(runs.update().where(runs.c.id == "old").values(config=renamed))
    for _ in range(2):
        assert [run.id for run in store.list_runs()] == ["new"]
    (message,) = caplog.messages
    assert "'old'" in message and "heat" in message
    with pytest.raises(RunNotFound, match=r"'old' was stored by another version or is damaged"):
        store.get("old")
    assert len(store.recent_costs("resnet18")) == 1
    assert [(run.id, run.state) for run in store.unreadable_runs()] == [("old", "finished")]
    store.delete("old")
    assert store.unreadable_runs() == []


def test_another_database_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KDPS_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    open_store().add("a", make_config({}), None)
    assert (tmp_path / "other.db").exists()


def test_runs_that_are_restored_at_the_same_moment_all_come_and_each_once(store: Store) -> None:
    store.add("a", make_config({}), None)
    store.append("a", [LOSS])
    store.finish("a", "finished")
    run = store.get("a")
    copies = [run.model_copy(update={"id": f"copy{n % 4}"}) for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda copy: store.restore([(copy, [LOSS])], {}), copies))
    assert sum(added) == 4
    assert sorted(r.id for r in store.list_runs()) == ["a", "copy0", "copy1", "copy2", "copy3"]


def test_restoring_tries_again_where_another_client_took_the_number(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add("a", make_config({}), None)
    store.finish("a", "finished")
    run, begin, failed = store.get("a").model_copy(update={"id": "b"}), store.engine.begin, []

    def taken_twice() -> object:
        if len(failed) < 2:
            failed.append(1)
            raise sa.exc.IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed: runs.number"))
        return begin()

    monkeypatch.setattr(store.engine, "begin", taken_twice)
    assert store.restore([(run, [])], {}) == 1


@pytest.mark.parametrize("url", ["mysql://localhost/runs", "mariadb+pymysql://localhost/runs", "oracle://x", "nothing"])
def test_a_database_that_cannot_keep_runs_is_refused_at_once(url: str) -> None:
    with pytest.raises(NotAvailable) as refused:
        Store(url)
    assert "postgresql://" in refused.value.advice


def test_a_database_that_cannot_be_opened_says_so_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("This is no database. " * 100)
    for url in (f"sqlite:///{tmp_path / 'nowhere' / 'runs.db'}", f"sqlite:///{tmp_path / 'letter.txt'}"):
        with pytest.raises(NotAvailable, match="cannot be opened") as refused:
            Store(url)
        assert url in refused.value.message
        assert "KDPS_DATABASE_URL" in refused.value.advice
    with pytest.raises(NotAvailable, match="'pg8000' of this database is not installed"):
        Store("postgresql+pg8000://localhost/runs")
    with pytest.raises(NotAvailable, match=r"no driver for postgresql\+foo"):
        Store("postgresql+foo://localhost/runs")


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(store: Store) -> None:
    store.add("a", make_config({}), None)
    with store.engine.begin() as connection:
        connection.execute(versions.insert().values(version=VERSION + 1))
        notes.drop(connection)
    with pytest.raises(NotAvailable, match="made by a newer version") as refused:
        Store(str(store.engine.url))
    assert "Update the app" in refused.value.advice
    assert not sa.inspect(store.engine).has_table(notes.name)


def test_a_database_without_a_number_is_of_this_version(store: Store) -> None:
    with store.engine.begin() as connection:
        versions.drop(connection)
    for _ in range(2):
        again = Store(str(store.engine.url))
        with again.engine.connect() as connection:
            assert connection.execute(sa.select(versions.c.version)).scalars().all() == [VERSION]
        again.close()


def test_a_data_folder_that_cannot_be_made_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("KDPS_DATA_DIR", str(tmp_path / "file" / "data"))
    with pytest.raises(NotAvailable, match="cannot be made: Not a directory") as refused:
        open_store()
    assert "KDPS_DATA_DIR" in refused.value.advice


@pytest.mark.parametrize("folder", ["Größe & Übung", "100 %41 sure", "why?", "#1", "a@b:c"])
def test_runs_are_kept_in_the_data_folder_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.setenv("KDPS_DATA_DIR", str(tmp_path / folder))
    open_store().add("a", make_config({}), None)
    assert (tmp_path / folder / "runs.sqlite3").stat().st_size > 0
    open_store().close()
