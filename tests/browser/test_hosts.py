"""Unusual places for the app: a folder with spaces and umlauts, and a host that forces file watching."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from simulator.host.machine import WORKER_MODULE
from tests.browser.screens import LONG, open_lab, start_run
from tests.serving import ROOT, Served, served
from tests.waiting import wait_until

pytestmark = pytest.mark.browser

FORCED = ("--server.runOnSave", "true", "--server.fileWatcherType", "auto")
"""What Streamlit Community Cloud sets, whatever the app's own configuration says."""

PARTS = ("pages", "simulator", "ui", ".streamlit")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the app in a folder whose name must be escaped in URLs and shells."""
    copy = tmp_path_factory.mktemp("hosts") / "Größe & Übung 100 % #1"
    for part in PARTS:
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "streamlit_app.py", copy)
    return copy


@pytest.fixture(scope="module")
def host(place: Path) -> Iterator[Served]:
    with served(place / "Läufe und Daten", *FORCED, root=place) as here:
        yield here


def workers(host: Served) -> list[int]:
    children = psutil.Process(host.pid).children(recursive=True)
    return [child.pid for child in children if WORKER_MODULE in child.cmdline()]


def reached(place: Path, run: str) -> int:
    """Count the stored events of a run."""
    with closing(sqlite3.connect(place / "Läufe und Daten" / "runs.sqlite3")) as database:
        (count,) = database.execute("select count(*) from events where run_id = ?", (run,)).fetchone()
    return int(count)


def test_a_run_goes_on_while_the_app_is_changed_under_it(page: Page, host: Served, place: Path) -> None:
    open_lab(page, host.address, LONG)
    run = start_run(page)
    expect(page.get_by_text(f"Run {run}, running")).to_be_visible()
    changed = place / "ui/screens/lab/open_run.py"
    text = changed.read_text("utf-8")
    assert "When you press Run, this happens" in text and "Or answer a question with many students" in text
    changed.write_text(text.replace("Or answer a question with many students", "Changed meanwhile"), "utf-8")
    expect(page.get_by_text("Changed meanwhile")).to_be_visible()
    expect(page.get_by_text("Traceback")).not_to_be_visible()
    assert len(workers(host)) == 1  # and no second one, from modules imported again
    before = reached(place, run)
    wait_until(lambda: reached(place, run) > before, seconds=600)
    page.get_by_role("button", name="Cancel this run").click()
    expect(page.get_by_text(f"Run {run}, cancelled")).to_be_visible()
