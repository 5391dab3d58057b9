"""How a run's seconds are taken: a run whose events are written while it is followed."""

from __future__ import annotations

import threading
import time

import pytest

from benchmarks import startup
from simulator.config.run import make_config
from simulator.events import LossPoint, StageStarted
from simulator.host.machine import process_name
from simulator.runs.database.store import Store
from tests.serving import ROOT

LOSS = LossPoint(variant="teacher", step=1, epoch=0.1, total=1.0, hard=1.0, learning_rate=1e-3)


def test_the_first_loss_and_the_end_are_timed(store: Store) -> None:
    store.add("run", make_config({}), None)
    store.start("run", process_name())

    def work() -> None:
        store.append("run", [StageStarted(stage="teacher", note="")])
        time.sleep(0.3)
        store.append("run", [LOSS])
        time.sleep(0.3)
        store.append("run", [LOSS])
        store.finish("run", "finished")

    worker = threading.Thread(target=work)
    started = time.perf_counter()
    worker.start()
    whole, first_loss = startup.carry_out("run")
    waited = time.perf_counter() - started
    worker.join()
    assert 0.25 < first_loss < whole - 0.25 < waited


def test_a_failed_run_ends_the_measurement_with_its_message(store: Store) -> None:
    store.add("run", make_config({}), None)
    store.start("run", process_name())
    store.finish("run", "failed", "The disk is full.", "Make room.")
    with pytest.raises(SystemExit, match="The disk is full"):
        startup.carry_out("run")


def test_every_page_but_the_first_is_visited() -> None:
    pages = {path.stem for path in (ROOT / "pages").glob("*.py")}
    assert {*startup.PAGES, "home"} == pages and len(startup.PAGES) == len(pages) - 1
