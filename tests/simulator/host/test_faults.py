"""A locked or damaged database, a full disk, a folder that became read-only: real ones, and what is said of them."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from simulator.config.run import make_config
from simulator.engine.worker import record
from simulator.errors import SimulatorError, StorageFault
from simulator.events import Event, LossPoint, RunFailed, RunFinished
from simulator.host.faults import FAULTS, in_words
from simulator.host.machine import process_name
from simulator.host.paths import data_dir, write_whole
from simulator.runs import archive, service
from simulator.runs.database import schema
from simulator.runs.database.store import Store, open_store
from simulator.runs.executor import WORKER, LocalExecutor
from tests.simulator.faulty_disks import damage, fill, read_only, small_disk
from tests.waiting import wait_until

DATABASE = "runs.sqlite3"


def loss(step: int) -> LossPoint:
    return LossPoint(variant="control", step=step, epoch=0.5, total=0.7, hard=0.7, learning_rate=1e-3)


def training(steps: int, seconds: float = 0.0) -> Iterator[Event]:
    for step in range(1, steps + 1):
        time.sleep(seconds)
        yield loss(step)
    yield RunFinished(seconds=1, peak_memory_mb=2)


def started(store: Store, name: str = "a") -> str:
    store.add(name, make_config({}), None, origin="cli")
    store.start(name, process_name())
    return name


def steps(store: Store, run_id: str) -> list[int]:
    return [event.step for _, event in store.events(run_id) if isinstance(event, LossPoint)]


def said_of(fault: pytest.ExceptionInfo[Exception]) -> SimulatorError:
    """In one sentence and an advice, which name no statement and no Python."""
    words = in_words(fault.value)
    assert isinstance(words, StorageFault)
    assert words.message.count("\n") == 0
    assert words.advice
    assert not any(mark in str(words) for mark in ("SELECT", "INSERT", "UPDATE", "[SQL", "Error", "Traceback"))
    return words


@contextmanager
def locked(seconds: float) -> Iterator[threading.Thread]:
    """Somebody else holds the database, as a backup or a database browser does."""
    held = threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(data_dir() / DATABASE, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            held.set()
            time.sleep(seconds)
            other.execute("COMMIT")

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    yield holder
    holder.join()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each try to write takes a tenth of a second."""
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr("simulator.engine.worker.AGAIN_SECONDS", 0.05)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small disk, which the data directory is on."""
    with small_disk(tmp_path / "disk") as disk:
        monkeypatch.setenv("KDPS_DATA_DIR", str(disk))
        yield disk


@pytest.mark.usefixtures("hurried")
def test_events_wait_while_the_database_is_locked_and_come_in_order_none_twice() -> None:
    store = open_store()
    run_id = started(store)
    with locked(1.0):  # many times as long as a try takes
        list(record(run_id, store, training(20)))
    assert store.get(run_id).state == "finished"
    assert [n for n, _ in store.events(run_id)] == list(range(1, 22))
    assert steps(store, run_id) == list(range(1, 21))


@pytest.mark.usefixtures("hurried")
def test_a_database_that_stays_locked_ends_the_run_with_a_sentence_and_keeps_what_it_had() -> None:
    store = open_store()
    run_id = started(store)
    events = record(run_id, store, training(1000), patience=1.0)
    next(events)
    with locked(3.0), pytest.raises(FAULTS) as fault:
        list(events)
    assert "locked by another program" in said_of(fault).message
    assert steps(store, run_id)[0] == 1


@pytest.mark.usefixtures("hurried")
def test_submitting_to_a_locked_database_says_so() -> None:
    open_store()
    with locked(1.0), pytest.raises(FAULTS) as fault:
        service.submit(make_config({}))
    assert "locked by another program" in said_of(fault).message


def test_a_full_disk_costs_a_run_nothing_if_somebody_makes_room(disk: Path) -> None:
    store = open_store()
    run_id = started(store)
    ballast = fill(disk)
    timer = threading.Timer(2, ballast.unlink)
    timer.start()
    list(record(run_id, store, training(2000)))
    assert ballast.exists() is False
    assert store.get(run_id).state == "finished"
    assert steps(store, run_id) == list(range(1, 2001))
    store.close()


@pytest.mark.usefixtures("hurried")
def test_a_disk_that_stays_full_is_reported_and_stored_events_are_kept(disk: Path) -> None:
    store = open_store()
    run_id = started(store)
    events = record(run_id, store, training(100_000), patience=1.0)
    next(events)
    kept = store.events(run_id)
    fill(disk)
    with pytest.raises(FAULTS) as fault:
        list(events)
    assert said_of(fault).message == "The disk is full."
    with pytest.raises(OSError) as refused:
        write_whole(disk / "export", b"x" * 100_000)
    assert "The disk is full" in said_of(refused).message
    assert not list(disk.glob("*.part"))
    assert store.events(run_id)[: len(kept)] == kept
    store.close()


def test_a_data_folder_that_became_read_only_is_reported(store: Store) -> None:
    run_id = started(store)
    store.append(run_id, [loss(1)])
    store.close()  # what is open already may be written to until then
    with read_only(data_dir()):
        with pytest.raises(FAULTS) as fault:
            store.append(run_id, [loss(2)])
        assert "writ" in said_of(fault).message
        assert "KDPS_DATA_DIR" in said_of(fault).advice
        with pytest.raises(OSError) as refused:
            write_whole(data_dir() / "export", b"x")
        assert "Read-only file system" in said_of(refused).message
        store.close()
    assert steps(store, run_id) == [1]


def test_a_damaged_database_is_said_to_be_so_with_a_way_out(store: Store) -> None:
    run_id = started(store)
    store.append(run_id, [loss(step) for step in range(5000)])
    damage(store, 1 / 3, 2 / 3)
    with pytest.raises(FAULTS) as fault:
        store.events(run_id)
    assert "damaged" in said_of(fault).message
    assert ".recover" in said_of(fault).advice


def command_line(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "simulator", *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def test_the_command_line_says_it_in_one_line(store: Store) -> None:
    started(store)
    damage(store)
    done = command_line("runs")
    assert done.returncode == 1
    assert done.stderr.startswith("simulator: ")
    assert "damaged" in done.stderr
    assert done.stderr.count("\n") == 1


STUCK = (sys.executable, "-c", "import sys; sys.stdin.readline(); sys.exit('The disk is full. Make room.')")


def test_a_run_that_could_not_even_store_its_end_is_ended_by_the_server_when_it_can(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("KDPS_WARM", "0")
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.1)
    store.close()
    store.add("a", make_config({}), None)
    executor = LocalExecutor(store, STUCK)
    executor.start()
    wait_until(lambda: store.get("a").state != "queued")
    with locked(3.0):
        time.sleep(2.5)
    wait_until(lambda: store.get("a").state == "failed")
    executor.stop()
    assert "The disk is full. Make room." in store.get("a").message
    assert store.events("a")[-1][1] == RunFailed(message=store.get("a").message, advice=store.get("a").advice)
    assert caplog.text.count("locked by another program") <= 1
    assert "Traceback" not in caplog.text


def test_a_data_folder_that_was_moved_is_noticed_and_works_again_where_it_was(store: Store, tmp_path: Path) -> None:
    run_id = started(store)
    moved = data_dir().rename(tmp_path / "moved")
    for use in (lambda: store.get(run_id), lambda: store.append(run_id, [loss(1)]), lambda: archive.list_runs()):
        with pytest.raises(FAULTS) as fault:
            use()
        assert "no longer where it was" in said_of(fault).message
        assert "put the folder back" in said_of(fault).advice
    shutil.rmtree(data_dir())
    moved.rename(data_dir())
    store.append(run_id, [loss(2)])
    assert steps(store, run_id) == [2]


def test_a_database_that_was_replaced_or_deleted_is_noticed_and_no_other_is_made(store: Store) -> None:
    started(store)
    file, other = data_dir() / DATABASE, data_dir() / "other.sqlite3"
    Store(f"sqlite:///{other}").close()
    other.replace(file)
    for _ in range(2):  # with a connection of the pool, and with a new one
        with pytest.raises(FAULTS) as fault:
            store.running()
        assert "no longer where it was" in said_of(fault).message
        file.unlink(missing_ok=True)
    assert not file.exists()


def test_a_run_whose_data_folder_is_moved_ends_and_says_so(store: Store, tmp_path: Path) -> None:
    run_id = started(store)
    events = record(run_id, store, training(1000, seconds=0.01))
    next(events)
    data_dir().rename(tmp_path / "moved")
    with pytest.raises(FAULTS) as fault:
        list(events)
    assert "no longer where it was" in said_of(fault).message


def test_a_worker_whose_run_is_not_there_ends_with_an_error() -> None:
    with subprocess.Popen([*WORKER, "."], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as worker:
        assert worker.stdin and worker.stderr
        worker.stdin.write(b'{"run": "nobody"}\n')
        worker.stdin.flush()  # and it stays open: its end would mean that the server is gone
        words = worker.stderr.read().decode()
    assert worker.returncode == 1
    assert words.strip().endswith("There is no run 'nobody'. It may have been deleted; see the Runs page.")
