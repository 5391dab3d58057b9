"""The app under test: its entry script in Streamlit's AppTest, without a worker process behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from simulator.config.run import RunConfig, make_config
from simulator.data import availability
from simulator.events import Event
from simulator.runs import service
from simulator.runs.database.store import open_store
from ui.figures.compare import rows
from ui.screens.results.compare import sections as compare

ENTRY = Path(__file__).parents[2] / "streamlit_app.py"


@pytest.fixture
def no_worker_and_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "start", lambda: None)
    monkeypatch.setattr(availability, "weights_state_soon", lambda model: "not reachable")
    monkeypatch.setattr(availability, "data_state_soon", lambda name: "reachable")


@pytest.fixture
def nothing_kept_from_other_tests() -> None:
    """Clear what pages cache by a run's id, because each test's own store reuses the ids."""
    rows.entries_of.cache_clear()
    compare.outcome_of.cache_clear()
    st.cache_data.clear()


@pytest.fixture
def open_screen(no_worker_and_no_network: None, nothing_kept_from_other_tests: None) -> Callable[..., AppTest]:
    def open_it(name: str, **parameters: str) -> AppTest:
        app = AppTest.from_file(str(ENTRY), default_timeout=120)  # a busy machine proves nothing
        app.query_params.update(parameters)
        app.switch_page(f"pages/{name}.py").run()
        assert not app.exception, app.exception
        return app

    return open_it


@pytest.fixture
def stored() -> Callable[..., str]:
    """Put a run with the given state and events into the store."""

    def store_it(run_id: str, state: str, events: list[Event] = [], config: RunConfig | None = None, **end: str) -> str:  # noqa: B006
        store = open_store()
        store.add(run_id, config or make_config({}), None)
        if state != "queued":
            store.start(run_id, "1@0.00")
            store.append(run_id, events)
        if state not in ("queued", "running"):
            store.finish(run_id, state, **end)
        return run_id

    return store_it
