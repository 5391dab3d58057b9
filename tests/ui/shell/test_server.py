"""The server without a browser: what it does before anybody opens a page, and when it stops."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import streamlit as st

from simulator.config.run import make_config
from simulator.runs import service
from simulator.runs.database.store import open_store
from tests.serving import ROOT, free_port, served
from tests.ui.test_many_sessions import elements_of, session
from tests.waiting import wait_until
from ui.shell import server


def test_a_queued_run_is_carried_out_though_nobody_opens_a_page_and_interrupted_at_the_end(
    data_directory: Path,
) -> None:
    run_id = service.submit(make_config({"epochs": 20}))
    with served(data_directory):
        wait_until(lambda: open_store().get(run_id).state == "running", seconds=60)
    assert open_store().get(run_id).state == "interrupted"


def test_a_server_whose_database_cannot_be_opened_still_answers(tmp_path: Path) -> None:
    """Every page says what is wrong: test_a_database_that_cannot_keep_runs_is_said_to_be_so."""
    with served(tmp_path, KDPS_DATABASE_URL=f"sqlite:///{tmp_path / 'nowhere' / 'runs.db'}") as here:
        assert here.address


def test_a_fault_in_the_code_shows_a_visitor_nothing_of_the_code(tmp_path: Path) -> None:
    place = tmp_path / "app"
    shutil.copytree(ROOT / ".streamlit", place / ".streamlit")
    (place / "broken.py").write_text("secret = 'hidden'\nraise ZeroDivisionError(secret)\n")
    with served(tmp_path, root=place, main="broken.py") as here, session(here) as line:
        [shown] = [element for element in elements_of(line, "") if element.HasField("exception")]
    assert not any(word in str(shown) for word in ("hidden", "ZeroDivisionError", "broken.py"))


@pytest.mark.parametrize(
    ("bound", "reached"), [("0.0.0.0", "localhost"), ("192.0.2.7", "192.0.2.7"), ("", "localhost")]
)
def test_its_own_address_is_one_that_a_browser_can_open(
    monkeypatch: pytest.MonkeyPatch, bound: str, reached: str
) -> None:
    options = {"server.address": bound, "browser.serverAddress": "localhost"}
    monkeypatch.setattr(st, "get_option", options.get)
    assert server.own_address() == f"http://{reached}:8501"


@pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts")
def test_a_browser_is_opened_where_there_is_a_screen(tmp_path: Path) -> None:
    """A server that is not headless opens its own address, as without a lifespan; a script acts as the desktop here."""
    opened, port, programs = tmp_path / "opened", free_port(), tmp_path / "bin"
    programs.mkdir()
    for name in ("xdg-open", "open"):  # of Linux, of macOS
        (programs / name).write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
        (programs / name).chmod(0o755)
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "false"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    ours = {"PATH": f"{programs}:{os.environ['PATH']}", "KDPS_DATA_DIR": str(tmp_path / "data"), "KDPS_WARM": "0"}
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **ours}, stdin=subprocess.DEVNULL)
    try:
        wait_until(lambda: opened.exists() and bool(opened.read_text()), seconds=60)
    finally:
        process.terminate()
        process.wait(timeout=30)
    assert opened.read_text().strip() == f"http://127.0.0.1:{port}"
