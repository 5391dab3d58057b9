"""The frame around every page: the sidebar's list of runs."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from simulator.runs import archive, service
from simulator.runs.database.store import open_store
from tests.ui.conftest import ENTRY


def test_the_sidebar_names_what_is_under_way(open_screen, stored):
    assert "No run is under way." in [c.value for c in open_screen("home").sidebar.caption]
    stored("r1", "queued")
    assert "No run is under way." not in [c.value for c in open_screen("home").sidebar.caption]


def test_the_sidebar_asks_only_for_runs_that_have_not_ended(open_screen, stored, monkeypatch):
    stored("old", "finished")
    for number in range(6):
        stored(f"q{number}", "queued")
    asked, every = [], archive.list_runs
    monkeypatch.setattr(archive, "list_runs", lambda states=None: asked.append(states) or every(states))
    assert "and 1 more on the Runs page" in [c.value for c in open_screen("models").sidebar.caption]
    assert asked and set(asked) == {("queued", "running")}


def test_a_database_that_cannot_keep_runs_is_said_to_be_so(monkeypatch):
    monkeypatch.setenv("KDPS_DATABASE_URL", "mysql://localhost/runs")
    monkeypatch.setattr(service, "start", open_store)  # the first thing that starting does
    app = AppTest.from_file(str(ENTRY), default_timeout=120).run()
    assert not app.exception
    assert "of the kind mysql" in app.error[0].value
