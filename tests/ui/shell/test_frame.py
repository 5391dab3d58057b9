"""The frame around every page: the navigation, the tabs, and the sidebar's list of runs."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from simulator.runs import archive, service
from simulator.runs.database.store import open_store
from tests.ui.conftest import ENTRY
from ui.shell.routes import ENTRY_OF, ROUTES, SECTIONS


@pytest.fixture
def menu(monkeypatch):
    """The visible pages of every menu that was sent: section -> the titles and the addresses of its entries."""
    sent, navigation = [], st.navigation

    def noted(listed, **further):
        shown = {
            section: [(page.title, page.url_path) for page in pages if page.visibility == "visible"]
            for section, pages in listed.items()
        }
        sent.append({section: entries for section, entries in shown.items() if entries})
        return navigation(listed, **further)

    monkeypatch.setattr(st, "navigation", noted)
    return sent


def test_the_menu_has_at_most_eight_entries_in_three_sections():
    assert list(SECTIONS) == ["Start", "Do", "Learn"]
    assert sum(map(len, SECTIONS.values())) <= 8


@pytest.mark.parametrize("name", ["home", "runs", "own_data", "learn_masks"])
def test_the_menu_and_the_tabs_lead_to_pages_of_their_own(open_screen, menu, name):
    """The entry of the open page leads to that page, so it is marked; the others lead to their first one."""
    app, opened = open_screen(name), ROUTES[name]
    shown = {entry: opened if opened in entry.tabs else entry.tabs[0] for entry in ENTRY_OF.values()}
    addresses = {entry: "" if page.name == "home" else page.name for entry, page in shown.items()}
    assert menu[-1] == {
        section: [(entry.title, addresses[entry]) for entry in entries] for section, entries in SECTIONS.items()
    }
    tabs = ENTRY_OF[opened].tabs
    links = [link.proto for link in app.main.get("page_link")][: len(tabs)]
    if len(tabs) > 1:
        assert [(link.label, link.page) for link in links] == [(tab.title, tab.name) for tab in tabs]


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
