from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial

import pytest

from simulator.config.run import make_config
from simulator.errors import NotAllowed, RunNotFound
from simulator.events import RunFailed
from simulator.host.machine import process_name
from simulator.runs import archive, service
from simulator.runs.database.schema import runs
from simulator.runs.database.store import Origin, Store
from simulator.runs.executor import LocalExecutor
from tests.simulator.stand_in_worker import ENDLESS, QUICK
from tests.waiting import wait_until


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch, store: Store) -> Iterator[None]:
    """The service at work, with workers that do not import torch."""
    monkeypatch.setenv("KDPS_WARM", "0")
    command = (sys.executable, "-m", "tests.simulator.stand_in_worker")
    monkeypatch.setattr(service, "LocalExecutor", partial(LocalExecutor, command=command))
    service.start()
    service.start()  # as every further browser session does
    yield
    service.stop()
    service.stop()


@pytest.mark.usefixtures("running")
def test_a_submitted_run_is_carried_out_and_can_be_read_rerun_and_deleted() -> None:
    run_id = service.submit(make_config({"seed": QUICK}))
    wait_until(lambda: archive.run(run_id).state == "finished")
    assert [n for n, _ in archive.events(run_id)] == [1, 2]
    assert archive.export(run_id)["events"][-1]["kind"] == "finished"
    assert archive.run(run_id).forecast is not None

    again = service.rerun(run_id)
    assert archive.run(again).config == archive.run(run_id).config
    wait_until(lambda: archive.run(again).state == "finished")

    folder = archive.export_dir(run_id)
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"x")
    service.delete(run_id)
    assert not folder.exists()
    with pytest.raises(RunNotFound):
        archive.run(run_id)


@pytest.mark.usefixtures("running")
def test_a_run_under_way_is_cancelled_and_not_deleted_before() -> None:
    run_id = service.submit(make_config({"seed": ENDLESS}))
    wait_until(lambda: archive.events(run_id))
    with pytest.raises(NotAllowed, match="running"):
        service.delete(run_id)
    service.cancel(run_id)
    wait_until(lambda: archive.run(run_id).state == "cancelled", seconds=2)
    with pytest.raises(NotAllowed, match="already cancelled"):
        service.cancel(run_id)


def test_a_waiting_run_is_cancelled_at_once() -> None:
    first, second = (service.submit(make_config({})) for _ in range(2))
    assert archive.queue_position(second) == 2
    service.cancel(first)
    assert archive.run(first).state == "cancelled"
    assert archive.events(first) == [(1, RunFailed(message="Cancelled while it was waiting."))]
    assert archive.queue_position(second) == 1


def test_a_run_of_a_command_line_is_cancelled_there(store: Store) -> None:
    run_id = service.submit(make_config({}), origin="cli")
    assert store.start(run_id, process_name())
    with pytest.raises(NotAllowed, match="command line"):
        service.cancel(run_id)


@pytest.mark.parametrize("origin", ["app", "cli"])
def test_a_waiting_run_that_cannot_be_read_is_cancelled_or_deleted(store: Store, origin: Origin) -> None:
    cancelled, deleted, readable = (service.submit(make_config({}), origin) for _ in range(3))
    with store.engine.begin() as connection:
        connection.execute(
            runs.update().where(runs.c.id.in_([cancelled, deleted])).values(config='{"temperature": 99}')
        )
    service.cancel(cancelled)
    assert store.state_of(cancelled) == "cancelled"
    service.delete(deleted)
    with pytest.raises(RunNotFound, match="There is no run"):
        store.state_of(deleted)
    with pytest.raises(NotAllowed, match="Cancel it first"):
        service.delete(readable)


def test_a_run_under_way_that_cannot_be_read_is_not_deleted(store: Store) -> None:
    run_id = service.submit(make_config({}), "cli")
    assert store.start(run_id, process_name())
    with store.engine.begin() as connection:
        connection.execute(runs.update().values(config='{"temperature": 99}'))
    with pytest.raises(NotAllowed, match="is running"):
        service.delete(run_id)
    assert store.state_of(run_id) == "running"


@pytest.mark.parametrize(("places", "busy"), [("1", []), ("2", [17])])
def test_a_run_beside_the_new_one_keeps_its_memory(
    store: Store, monkeypatch: pytest.MonkeyPatch, places: str, busy: list[int]
) -> None:
    monkeypatch.setenv("KDPS_WORKERS", places)
    service.submit(make_config({}))
    assert store.claim_next("17@1.00")
    asked: list[object] = []
    monkeypatch.setattr(service.cost, "check_fits", lambda config, forecast, store, busy: asked.append(busy))
    service.submit(make_config({}))
    assert asked == [busy]


def test_an_unknown_run_is_named() -> None:
    for ask in (archive.run, service.cancel, service.delete, service.rerun):
        with pytest.raises(RunNotFound, match="nowhere"):
            ask("nowhere")


def test_a_closed_service_starts_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page may be drawn while the server ends."""
    monkeypatch.setattr(service, "_closed", False)
    service.close()
    service.start()
    assert service._executor is None


def test_a_copy_of_this_module_starts_no_second_dispatcher(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where files are watched, Streamlit imports every module anew when one changes; threads stay."""
    monkeypatch.setenv("KDPS_WARM", "0")
    monkeypatch.setattr(service, "_closed", False)
    service.start()
    with monkeypatch.context() as copy:
        copy.setattr(service, "_executor", None)
        service.start()
        assert service._executor is None
    service.stop()
