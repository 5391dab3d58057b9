from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from simulator.config.run import make_config
from simulator.errors import NotAllowed, RunNotFound
from simulator.events import RunFailed
from simulator.host.machine import process_name
from simulator.runs import service
from simulator.runs.database.schema import runs
from simulator.runs.database.store import ENDED, Origin, Store
from simulator.runs.executor import LocalExecutor
from simulator.runs.recorded import Recorded
from tests.simulator.stand_in_worker import ENDLESS, QUICK
from tests.ui.invented import PROVENANCE, whole_run
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
    wait_until(lambda: service.run(run_id).state == "finished")
    assert [n for n, _ in service.events(run_id)] == [1, 2]
    assert service.export(run_id)["events"][-1]["kind"] == "finished"
    assert service.run(run_id).forecast is not None

    again = service.rerun(run_id)
    assert service.run(again).config == service.run(run_id).config
    wait_until(lambda: service.run(again).state == "finished")

    folder = service.export_dir(run_id)
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"x")
    service.delete(run_id)
    assert not folder.exists()
    with pytest.raises(RunNotFound):
        service.run(run_id)


@pytest.mark.usefixtures("running")
def test_a_run_under_way_is_cancelled_and_not_deleted_before() -> None:
    run_id = service.submit(make_config({"seed": ENDLESS}))
    wait_until(lambda: service.events(run_id))
    with pytest.raises(NotAllowed, match="running"):
        service.delete(run_id)
    service.cancel(run_id)
    wait_until(lambda: service.run(run_id).state == "cancelled", seconds=2)
    with pytest.raises(NotAllowed, match="already cancelled"):
        service.cancel(run_id)


def test_a_waiting_run_is_cancelled_at_once() -> None:
    first, second = (service.submit(make_config({})) for _ in range(2))
    assert service.queue_position(second) == 2
    service.cancel(first)
    assert service.run(first).state == "cancelled"
    assert service.events(first) == [(1, RunFailed(message="Cancelled while it was waiting."))]
    assert service.queue_position(second) == 1


def test_a_waiting_run_is_told_how_long_those_before_it_are_expected_to_take(store: Store) -> None:
    first, second, third = (service.submit(make_config({"epochs": epochs})) for epochs in (2, 5, 1))
    seconds = [run.forecast.seconds for run in map(service.run, (first, second)) if run.forecast]
    assert [service.expected_wait(x) for x in (first, second, third)] == [0, seconds[0], sum(seconds)]
    assert store.start(first, process_name())
    left = service.expected_wait(third)
    assert left is not None
    assert seconds[1] < left < sum(seconds)  # some of the first one's time is gone
    store.add("no forecast", make_config({}), None)
    fifth = service.submit(make_config({}))
    assert service.expected_wait(fifth) is None


def test_a_clock_that_was_set_back_makes_no_wait_longer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (service.submit(make_config({})) for _ in range(2))
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    monkeypatch.setattr("simulator.runs.database.store.now", tomorrow.isoformat)
    assert store.start(first, process_name())
    forecast = service.run(first).forecast
    assert forecast is not None
    assert service.expected_wait(second) == forecast.seconds


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
    monkeypatch.setattr(service.budget, "check_fits", lambda config, forecast, store, busy: asked.append(busy))
    service.submit(make_config({}))
    assert asked == [busy]


def test_runs_are_listed_by_state_and_recorded_ones_are_finished(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("waiting", "gone"):
        store.add(name, make_config({}), None)
    store.finish("gone", "cancelled")
    shipped = store.get("gone").model_copy(update={"id": "shipped", "origin": "recorded", "state": "finished"})
    monkeypatch.setattr(service.recorded, "all_recorded", lambda: (Recorded(shipped, ()),))
    listed = {
        "all": service.list_runs(),
        "cancelled": service.list_runs(["cancelled"]),
        "ended": service.list_runs(state for state in ENDED),
        "none": service.list_runs([]),
    }
    assert {asked: [run.id for run in found] for asked, found in listed.items()} == {
        "all": ["gone", "waiting", "shipped"],
        "cancelled": ["gone"],
        "ended": ["gone", "shipped"],
        "none": [],
    }


def test_an_unknown_run_is_named() -> None:
    for ask in (service.run, service.cancel, service.delete, service.rerun):
        with pytest.raises(RunNotFound, match="nowhere"):
            ask("nowhere")


def test_provenance_is_read_without_the_other_events(store):
    for run_id, said in (("r1", list(whole_run())), ("r2", [])):
        store.add(run_id, make_config({}), None)
        store.append(run_id, said)
    assert service.provenance("r1") == PROVENANCE
    assert service.provenance("r2") is None
    assert service.provenance("recorded-resnet18").device == "AMD EPYC"


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
