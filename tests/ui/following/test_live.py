from __future__ import annotations

import pytest
import streamlit as st

from simulator.runs.database.store import open_store
from tests.ui.invented import whole_run
from tests.ui.reading import words
from ui.following import live
from ui.following.progress_view import NO_STREAM


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("finished", "Finished in 12 s."),
        ("cancelled", "Everything measured before that is kept below."),
        ("failed", "The run was failed."),
        ("interrupted", "The run was interrupted."),
    ],
)
def test_a_run_that_has_ended_says_how(open_screen, stored, state, says):
    stored("r1", state, list(whole_run()))
    app = open_screen("lab", run="r1")
    assert f"Run `r1`, {state}" in words(app)
    assert says in words(app)


def test_the_page_is_drawn_again_when_the_run_has_ended(open_screen, stored):
    stored("r1", "running", list(whole_run()))
    app = open_screen("lab", run="r1")
    assert "Finished" not in words(app)
    assert "cancel_button" in [button.key for button in app.button]
    open_store().finish("r1", "finished")
    app.run()
    assert "Finished in 12 s." in words(app)
    assert "cancel_button" not in [button.key for button in app.button]


def test_only_where_no_stream_comes_through_a_timer_runs_the_script(open_screen, stored, monkeypatch):
    timers, fragment = [], st.fragment

    def noted(panel=None, *, run_every=None, key=None):
        timers.extend([run_every] if key == "follow" else [])
        return fragment(panel, run_every=run_every, key=key)

    monkeypatch.setattr(st, "fragment", noted)
    stored("r1", "running", list(whole_run())[:12])
    app = open_screen("lab", run="r1")
    app.session_state[NO_STREAM] = True
    app.run()
    open_store().finish("r1", "cancelled")
    app.run()
    assert timers == [None, live.EVERY_SECONDS, None]
