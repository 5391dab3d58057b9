"""The worker's bookkeeping; that it ends with its server, and when it is told to, is tested with the executor."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from simulator.config.run import make_config
from simulator.engine import worker
from simulator.engine.worker import Pending, explain, record
from simulator.events import EpochFinished, Event, LossPoint, Progress, RunFailed
from simulator.host.machine import process_name
from simulator.runs.database.store import Store
from simulator.runs.forecast.memory_advice import MEMORY_ADVICE

LOSS = LossPoint(variant="control", step=1, epoch=0.5, total=0.7, hard=0.7, learning_rate=1e-3)
PROGRESS = Progress(stage="control", done=1, total=2)
EPOCH = EpochFinished(variant="control", epoch=1, validation_accuracy=0.5)


@pytest.fixture
def run_id(store: Store) -> str:
    store.add("a", make_config({}), None, origin="cli")
    store.start("a", process_name())
    return "a"


def endless() -> Iterator[Event]:
    while True:
        yield LOSS


def test_the_first_loss_point_is_stored_at_once_and_later_ones_a_few_at_a_time(store: Store, run_id: str) -> None:
    pending = Pending(run_id, store)
    stored = []
    for event in (LOSS, LOSS, PROGRESS, EPOCH, LOSS):
        pending.flushed_at = float("inf")  # as if no time had passed, however slow the machine
        pending.add(event)
        stored.append(len(store.events(run_id)))
    assert stored == [1, 1, 1, 4, 4]
    pending.flushed_at = 0.0  # long ago
    pending.add(PROGRESS)
    assert [e for _, e in store.events(run_id)] == [LOSS, LOSS, PROGRESS, EPOCH, LOSS, PROGRESS]


@pytest.mark.parametrize(("locked_for", "waits"), [(119.0, True), (122.0, False)])
def test_a_database_that_is_locked_is_waited_for_two_minutes(
    store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch, locked_for: float, waits: bool
) -> None:
    now, append = [0.0], store.append
    monkeypatch.setattr(worker.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(worker.time, "sleep", lambda seconds: now.append(now.pop() + seconds))

    def locked(*given: object) -> None:
        if now[0] < locked_for:
            refusal = sqlite3.OperationalError("database is locked")
            refusal.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise OperationalError("INSERT", {}, refusal)
        append(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "append", locked)
    if waits:
        Pending(run_id, store).add(EPOCH)
        assert [e for _, e in store.events(run_id)] == [EPOCH]
    else:
        with pytest.raises(OperationalError):
            Pending(run_id, store).add(EPOCH)


def test_what_is_yielded_is_what_is_stored(store: Store, run_id: str) -> None:
    yielded = list(record(run_id, store, iter([LOSS, PROGRESS, EPOCH, LOSS])))
    assert yielded == [e for _, e in store.events(run_id)] == [LOSS, PROGRESS, EPOCH, LOSS]
    assert store.get(run_id).state == "finished"


def test_a_run_that_nobody_follows_to_its_end_is_cancelled_and_keeps_its_events(store: Store, run_id: str) -> None:
    events = record(run_id, store, endless())
    seen = [next(events) for _ in range(5)]
    events.close()  # type: ignore[attr-defined]
    assert store.get(run_id).state == "cancelled"
    *kept, last = [e for _, e in store.events(run_id)]
    assert kept == seen
    assert isinstance(last, RunFailed)


def test_ctrl_c_inside_the_pipeline_cancels_the_run(store: Store, run_id: str) -> None:
    def interrupted() -> Iterator[Event]:
        yield LOSS
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(record(run_id, store, interrupted()))
    assert store.get(run_id).state == "cancelled"


def test_a_failure_is_yielded_too(store: Store, run_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> Iterator[Event]:
        yield LOSS
        raise ZeroDivisionError("by nothing")

    last = list(record(run_id, store, broken()))[-1]
    assert last == store.events(run_id)[-1][1]
    assert isinstance(last, RunFailed)
    assert last.message == "ZeroDivisionError: by nothing"
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")]
)
def test_a_failure_for_want_of_memory_says_what_to_change(error: Exception) -> None:
    assert explain(error)[1] == MEMORY_ADVICE
