"""Screens are tested without a worker behind them."""

import pytest

from simulator.runs import archive, recorded, service
from simulator.runs.recorded import Recorded
from tests.ui.invented import whole_run


@pytest.fixture(autouse=True)
def on_its_own(no_worker_and_no_network: None, nothing_kept_from_other_tests: None) -> None:
    """Train and fetch nothing, and keep nothing from another test."""


@pytest.fixture
def shipped(stored, monkeypatch):
    """A recorded run, of which the store that made it keeps nothing."""
    stored("rec", "finished", list(whole_run()))
    run = archive.run("rec").model_copy(update={"origin": "recorded"})
    service.delete("rec")
    monkeypatch.setattr(recorded, "all_recorded", lambda: (Recorded(run, tuple(whole_run())),))
