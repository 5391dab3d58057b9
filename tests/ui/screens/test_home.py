"""The first screen, with and without recorded runs."""

from __future__ import annotations

from simulator.runs import recorded
from tests.ui.reading import tables_on, words
from ui.shell import routes


def test_home_says_plainly_that_nothing_is_recorded(open_screen, monkeypatch):
    monkeypatch.setattr(recorded, "all_recorded", lambda: ())
    assert "ships no recorded run" in words(open_screen("home"))


def test_home_shows_a_recorded_run_as_recorded(open_screen, shipped):
    app = open_screen("home")
    assert "recorded on a test's CPU, 3 May 2026" in words(app)
    assert len(tables_on(app)) == 3
    played = [element.proto for element in app.get("bidi_component") if element.proto.component_name == "playback"]
    assert len(played) == 1
    results = [link.proto for link in app.main.get("page_link") if link.proto.page == routes.RESULTS.name]
    assert {link.query_string for link in results} == {"run=rec"}


def test_home_has_one_button_and_it_opens_the_lab(open_screen):
    app = open_screen("home")
    assert [title.value for title in app.title] == ["KD Pruning Simulator"]
    (button,) = app.main.button
    button.click().run()
    assert [title.value for title in app.title] == ["Lab"]
