"""The first screen, with and without recorded runs."""

from __future__ import annotations

from simulator.runs import recorded
from tests.ui.reading import tables_on, words


def test_home_says_plainly_that_nothing_is_recorded(open_screen, monkeypatch):
    monkeypatch.setattr(recorded, "all_recorded", lambda: ())
    assert "ships no recorded run" in words(open_screen("home"))


def test_home_shows_a_recorded_run_as_recorded(open_screen, shipped):
    app = open_screen("home")
    assert "recorded on a test's CPU, 3 May 2026" in words(app)
    assert len(tables_on(app)) == 3
