from __future__ import annotations

from pathlib import Path
from typing import get_args

from simulator.teaching.labs import LABS
from simulator.teaching.quiz.question import Screen
from ui.shell.routes import ROUTES

ROOT = Path(__file__).parents[3]


def test_every_page_has_one_route() -> None:
    assert sorted(route.path for route in ROUTES.values()) == sorted(f"pages/{f.name}" for f in ROOT.glob("pages/*.py"))


def test_the_core_names_only_pages_that_there_are() -> None:
    assert {lab.screen for lab in LABS} | set(get_args(Screen)) <= set(ROUTES)


def test_nothing_else_writes_the_path_of_a_page() -> None:
    files = [file for room in ("simulator", "ui", "pages") for file in ROOT.glob(f"{room}/**/*.py")]
    assert [file.name for file in files if '"pages/' in file.read_text("utf-8")] == ["routes.py"]
