from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from simulator.experiments import EXPERIMENTS
from simulator.teaching.labs import LABS
from simulator.teaching.quiz.bank import QUESTIONS
from simulator.teaching.quiz.question import Topic
from ui.figures.experiments.views import CHARTS
from ui.screens.path import DEEPER
from ui.screens.quiz import LOOK_AGAIN, LOOK_AGAIN_AT
from ui.shell.routes import ROUTES

ROOT = Path(__file__).parents[3]


def test_every_page_has_one_route() -> None:
    assert sorted(route.path for route in ROUTES.values()) == sorted(f"pages/{f.name}" for f in ROOT.glob("pages/*.py"))


def test_labs_and_questions_lead_to_pages_that_there_are() -> None:
    assert {lab.name for lab in LABS} == set(DEEPER) and set(DEEPER.values()) <= set(ROUTES)
    assert set(get_args(Topic)) == set(LOOK_AGAIN)
    assert set(LOOK_AGAIN_AT) <= {question.key for question in QUESTIONS}


def test_every_experiment_has_a_chart_and_the_core_knows_of_none() -> None:
    assert set(CHARTS) == set(EXPERIMENTS)
    words = re.compile(r"plotly|\"(?:heat|bars|heatmap)\"|screen=|\"pages/", re.IGNORECASE)
    files = [file for file in ROOT.glob("simulator/**/*.py") if words.search(file.read_text("utf-8"))]
    assert [str(file.relative_to(ROOT)) for file in files] == []


def test_nothing_else_writes_the_path_of_a_page() -> None:
    files = [file for room in ("simulator", "ui", "pages") for file in ROOT.glob(f"{room}/**/*.py")]
    assert [file.name for file in files if '"pages/' in file.read_text("utf-8")] == ["routes.py"]
