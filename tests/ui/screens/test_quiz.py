from __future__ import annotations

import pytest

from simulator.experiments import make_experiment
from simulator.runs import recorded
from simulator.teaching.quiz.bank import QUESTIONS
from simulator.teaching.quiz.sitting import draw
from tests.ui.invented import whole_run


def shown(app):
    return " ".join(str(e.value) for kind in (app.markdown, app.caption, app.success, app.error) for e in kind)


def button(app, label):
    return next(b for b in app.button if b.label == label)


def answer(app, question, value):
    if question.is_number:
        app.number_input[0].set_value(float(value))
    else:
        app.radio[0].set_value(int(value))
    button(app, "Check").click().run()
    assert not app.exception, app.exception


def test_a_quiz_from_its_start_to_its_score(open_screen):
    app = open_screen("quiz")
    app.button(key="start_everything").click().run()
    quiz = draw(QUESTIONS, int(app.query_params["seed"]), 10)
    for number, question in enumerate(quiz.questions):
        assert question.text in shown(app)
        wrong = question.right + 10 * question.tolerance if question.is_number else 1
        wrong = 1 - question.right if len(question.options) == 2 else wrong
        answer(app, question, question.right if number % 2 else wrong)
        assert question.explanation in shown(app)
        assert ("Not right" in shown(app)) == (number % 2 == 0)
        app.button(key=f"next_{number}").click().run()
    assert app.metric[0].value == "5 of 10"
    assert "revisit" in app.header[0].value
    app.button(key="retake").click().run()
    assert "answers" not in app.query_params
    assert "Question 1 of 10" in str(app.get("progress")[0].proto)


def test_a_quiz_that_was_left_for_another_page_goes_on(open_screen):
    app = open_screen("quiz", quiz="everything", seed="7", questions="10", at="0")
    answer(app, draw(QUESTIONS, 7, 10).questions[0], 1)
    app.query_params.clear()
    app.switch_page("pages/lab.py").run()
    app.switch_page("pages/quiz.py").run()
    button(app, "Continue your quiz (1 of 10 answered)").click().run()
    assert not app.exception
    assert draw(QUESTIONS, 7, 10).questions[0].explanation in shown(app)
    button(app, "Leave the quiz").click().run()
    assert not [b for b in app.button if "Go on" in b.label]


def test_a_reload_shows_the_same_place(open_screen):
    app = open_screen("quiz", quiz="everything", seed="7", questions="10")
    quiz = draw(QUESTIONS, 7, 10)
    answer(app, quiz.questions[0], quiz.questions[0].right)
    kept = {name: app.query_params[name] for name in app.query_params}
    again = open_screen("quiz", **{name: v[0] if isinstance(v, list) else v for name, v in kept.items()})
    assert quiz.questions[0].explanation in shown(again)
    assert "Right:" in shown(again)
    again.button(key="next_0").click().run()
    assert quiz.questions[1].text in shown(again)


def test_check_without_an_answer_asks_for_one(open_screen):
    app = open_screen("quiz", quiz="everything", seed="7", questions="10")
    button(app, "Check").click().run()
    assert "answer first" in app.warning[0].value


@pytest.mark.parametrize("run", [r.run.id for r in recorded.all_recorded()])
def test_every_recorded_run_can_be_asked_about(open_screen, run):
    app = open_screen("quiz", quiz=run, seed="1", questions="30")
    assert "Question 1 of" in str(app.get("progress")[0].proto)
    assert not app.error


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiz": "nowhere"},
        {"seed": "x"},
        {"seed": "-1"},
        {"answers": "zz"},
        {"answers": "99"},
        {"at": "x"},
        {"at": "77"},
    ],
)
def test_an_address_that_cannot_be_read_is_said_or_mended(open_screen, wrong):
    app = open_screen("quiz", **({"quiz": "everything", "seed": "7", "questions": "10"} | wrong))
    assert bool(app.error) == ("at" not in wrong)
    assert app.button


def test_a_quiz_on_a_run_is_not_offered_for_an_experiment(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    stored("s1", "finished", [], make_experiment("how_hot"))
    options = open_screen("quiz").selectbox(key="quiz_run").options
    assert any("(r1)" in option for option in options)
    assert not any("(s1)" in option for option in options)
