from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from simulator.config.run import make_config
from simulator.events import CellFinished
from simulator.host.machine import process_name
from simulator.runs import archive, service
from simulator.runs.database.store import ENDED, Store
from simulator.runs.recorded import Recorded
from tests.ui.invented import PROVENANCE, whole_run


def test_a_waiting_run_is_told_how_long_those_before_it_are_expected_to_take(store: Store) -> None:
    first, second, third = (service.submit(make_config({"epochs": epochs})) for epochs in (2, 5, 1))
    seconds = [run.forecast.seconds for run in map(archive.run, (first, second)) if run.forecast]
    assert [archive.expected_wait(x) for x in (first, second, third)] == [0, seconds[0], sum(seconds)]
    assert store.start(first, process_name())
    left = archive.expected_wait(third)
    assert left is not None
    assert seconds[1] < left < sum(seconds)  # some of the first one's time is gone
    store.add("no forecast", make_config({}), None)
    fifth = service.submit(make_config({}))
    assert archive.expected_wait(fifth) is None


def test_a_clock_that_was_set_back_makes_no_wait_longer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (service.submit(make_config({})) for _ in range(2))
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    monkeypatch.setattr("simulator.runs.database.store.now", tomorrow.isoformat)
    assert store.start(first, process_name())
    forecast = archive.run(first).forecast
    assert forecast is not None
    assert archive.expected_wait(second) == forecast.seconds


def test_runs_are_listed_by_state_and_recorded_ones_are_finished(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("waiting", "gone"):
        store.add(name, make_config({}), None)
    store.finish("gone", "cancelled")
    shipped = store.get("gone").model_copy(update={"id": "shipped", "origin": "recorded", "state": "finished"})
    monkeypatch.setattr(archive.recorded, "all_recorded", lambda: (Recorded(shipped, ()),))
    listed = {
        "all": archive.list_runs(),
        "cancelled": archive.list_runs(["cancelled"]),
        "ended": archive.list_runs(state for state in ENDED),
        "none": archive.list_runs([]),
    }
    assert {asked: [run.id for run in found] for asked, found in listed.items()} == {
        "all": ["gone", "waiting", "shipped"],
        "cancelled": ["gone"],
        "ended": ["gone", "shipped"],
        "none": [],
    }


def test_cells_are_read_in_their_order_without_the_other_events(store):
    measured = [CellFinished(at={"temperature": t}, seed=0, values={"accuracy": 0.5}) for t in (8.0, 1.0)]
    store.add("r1", make_config({}), None)
    store.append("r1", [measured[0], *whole_run(), measured[1]])
    assert archive.cells("r1") == measured
    assert archive.cells("recorded-resnet18") == []


def test_provenance_is_read_without_the_other_events(store):
    for run_id, stored in (("r1", list(whole_run())), ("r2", [])):
        store.add(run_id, make_config({}), None)
        store.append(run_id, stored)
    assert archive.provenance("r1") == PROVENANCE
    assert archive.provenance("r2") is None
    assert archive.provenance("recorded-resnet18").device == "Intel(R) Xeon(R) Processor"
