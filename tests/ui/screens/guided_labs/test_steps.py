"""The steps of a lab, from its question to its takeaway."""

from __future__ import annotations

import pytest

from simulator.runs.database.store import open_store
from simulator.teaching.labs import LABS, evidence, progress
from tests.ui.screens.guided_labs.guided import (
    TEACHER,
    ZEROS,
    begun,
    choose,
    keys,
    parameter,
    press,
    shown,
)
from ui.screens.path import DEEPER
from ui.shell import routes


@pytest.mark.parametrize("number", range(1, 7))
def test_every_lab_from_its_question_to_its_takeaway_with_the_recorded_run(open_screen, number):
    lab = LABS[number - 1]
    app = open_screen("guided_labs", lab=str(number))
    assert lab.question in shown(app)
    assert "lab_back" in keys(app) and app.button(key="lab_back").disabled
    press(app, "lab_next")
    assert app.button(key="lab_next").disabled
    if lab.prediction.options:
        assert app.button(key="lab_commit").disabled
        app.radio[0].set_value(next(iter(lab.prediction.options))).run()
    press(app, "lab_commit")
    known = parameter(app, "progress")
    assert "No time?" in shown(app) and app.button(key="lab_next").disabled
    press(app, "lab_recorded")
    assert progress.read(known)[lab.name].runs == lab.recorded
    assert "recorded on" in shown(app)
    press(app, "lab_next")
    found = evidence(lab.recorded)
    assert "You said" in shown(app) and lab.answer(found).sentence in shown(app)
    assert "They do not come from a run of yours" in shown(app)
    for place, question in enumerate(lab.questions(found)):
        press(app, "lab_next")
        *facts, asked = question.text.rsplit(". ", 1)
        assert f"#### {asked}" in shown(app) and all(fact in shown(app) for fact in facts)
        choose(app, 0)
        assert question.explanation in shown(app) and "Right:" in shown(app)
        assert progress.read(known)[lab.name].answered == place + 1
    press(app, "lab_next")
    assert all(sentence in shown(app) for sentence in lab.takeaway(found))
    assert "First: right on the first try. Second: right on the first try." in shown(app)
    assert open_store().list_runs() == []  # nothing was trained


def test_a_committed_prediction_is_shown_and_not_asked_again(open_screen):
    known = begun(TEACHER, prediction=12.5)
    app = open_screen("guided_labs", lab="1", progress=known, step="2")
    assert "You committed to **+12.5 points**" in shown(app)
    assert not app.slider and "lab_commit" not in keys(app)


def test_a_second_browser_that_commits_too_late_changes_nothing(open_screen):
    known = begun(ZEROS, prediction=50.0)
    first, second = (open_screen("guided_labs", lab="1", progress=known, step="2") for _ in range(2))
    first.slider[0].set_value(10.0)
    second.slider[0].set_value(20.0)
    press(first, "lab_commit")
    press(second, "lab_commit")  # its page was drawn before the first one committed
    assert progress.read(known)["teacher"].prediction == 10.0
    assert "You committed to **+10.0 points**" in shown(second)


def test_every_lab_leads_deeper_to_a_page_that_is_there():
    assert set(DEEPER) == {lab.name for lab in LABS}
    assert set(DEEPER.values()) <= set(routes.ROUTES)
