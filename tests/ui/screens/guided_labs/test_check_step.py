"""The checks of a lab: a hint and a second try after a wrong answer, and what was tried."""

from __future__ import annotations

from dataclasses import replace

from simulator.runs.database.store import open_store
from simulator.teaching.labs import evidence, progress
from tests.ui.screens.guided_labs.guided import TEACHER, TEMPERATURE, ZEROS, begun, choose, press, shown


def test_a_wrong_answer_gives_a_hint_and_a_second_try_and_a_reload_keeps_them(open_screen):
    known = begun(TEACHER, TEACHER.recorded)
    question, other = TEACHER.questions(evidence(TEACHER.recorded))
    app = open_screen("guided_labs", lab="1", progress=known, step="5")
    choose(app, 2)
    for page in (app, open_screen("guided_labs", lab="1", progress=known)):
        assert f"You answered: {question.options[2]}" in shown(page) and question.hint in shown(page)
        assert question.explanation not in shown(page) and "right answer" not in shown(page)
        assert page.button(key="lab_next").disabled
        assert set(page.radio[0].options) == {question.options[n] for n in (0, 1, 3)}
    choose(app, 0)
    assert "Right on the second try:" in shown(app) and question.explanation in shown(app)
    assert f"You answered: {question.options[2]}; then: {question.options[0]}" in shown(app)

    press(app, "lab_next")
    assert question.hint not in shown(app) and other.hint not in shown(app)
    choose(app, 1)
    assert other.hint in shown(app) and other.explanation not in shown(app)
    choose(app, 3)
    assert "Not right." in shown(app) and f"{other.options[1]}; then: {other.options[3]}" in shown(app)
    assert other.right_words() in shown(app) and other.explanation in shown(app) and not app.radio
    press(app, "lab_next")
    assert "First: right on the second try. Second: not right after two tries." in shown(app)


def test_a_browser_that_has_not_seen_the_hint_takes_no_second_try(open_screen):
    known = begun(TEACHER, TEACHER.recorded)
    first, second = (open_screen("guided_labs", lab="1", progress=known, step="5") for _ in range(2))
    choose(first, 1)
    choose(second, 2)  # its page was drawn before the first one answered
    assert progress.read(known)["teacher"].checks[0].tried == (1.0,)
    assert "hint" in shown(second)


def test_a_check_whose_options_changed_quotes_none_of_them(open_screen):
    known = begun(TEMPERATURE, TEMPERATURE.recorded, prediction="between")
    asked = TEMPERATURE.questions(evidence(TEMPERATURE.recorded))
    longer = replace(asked[1], options=("Another order", *asked[1].options[1:], "A fifth"))  # as its run was before
    progress.answer(known, TEMPERATURE, 0, asked[0], 0)
    progress.answer(known, TEMPERATURE, 1, longer, 4)  # an option that is no longer there
    progress.answer(known, TEMPERATURE, 1, longer, 0)
    app = open_screen("guided_labs", lab="2", progress=known, step="6")
    assert not app.exception and not app.radio
    assert "other answers to choose from" in shown(app) and asked[1].explanation in shown(app)
    assert "You answered:" not in shown(app) and "Right on" not in shown(app)


def test_checks_of_an_earlier_version_count_and_are_not_judged(open_screen):
    known = progress.new_id()
    body = (
        '{"prediction":50.0,"settings":{},"committed_at":"2026-01-01T00:00:00+00:00",'
        '"runs":["recorded-resnet18"],"answers":[38.9,2.0]}'
    )
    assert open_store().labs.add(known, "zeros", body)
    app = open_screen("guided_labs", lab="4", progress=known, step="5")
    question, _ = ZEROS.questions(evidence(ZEROS.recorded))
    assert "an earlier version of this check" in shown(app) and question.explanation in shown(app)
    assert "Not right" not in shown(app) and not app.radio
    press(app, "lab_next")
    press(app, "lab_next")
    assert "First: answered in an earlier version of this lab." in shown(app)
