"""The drawing of a prediction: a ring where it was, a dot where the measurement is, on the question's own scale."""

import re

import pytest

from simulator.teaching.labs import LABS, evidence
from simulator.teaching.labs.base import Answer, Prediction
from ui.figures.predictions import EDGE, WIDTH, panel

NUMBER = Prediction("How many?", low=-20.0, high=40.0, step=0.5)
CHOICE = Prediction("Which?", options={"a": "The first", "b": "The second", "c": "The third"})


def circles(asked, predicted, measured):
    drawn = panel("Lab", asked, predicted, Answer(measured, "n = 1", "So it is."))
    return {r: float(x) for x, r in re.findall(r'<circle cx="([\d.]+)" cy="[\d.]+" r="(\d)"', drawn.svg)}


def test_numbers_stand_on_the_sliders_range():
    ring, dot = circles(NUMBER, -20.0, 10.0).values()
    assert ring == EDGE
    assert dot == pytest.approx(WIDTH / 2)
    assert circles(NUMBER, 40.0, 40.0)["8"] == WIDTH - EDGE


def test_what_is_beyond_the_range_stands_at_its_end():
    assert circles(NUMBER, 0.0, 99.0)["5"] == WIDTH - EDGE


def test_options_stand_in_their_order():
    assert circles(CHOICE, "a", "c") == {"8": EDGE, "5": WIDTH - EDGE}
    assert circles(CHOICE, "b", "b") == {"8": WIDTH / 2, "5": WIDTH / 2}


def test_an_answer_that_is_no_option_has_no_dot_and_is_said():
    assert list(circles(CHOICE, "a", "undecided")) == ["8"]
    words = panel("Lab", CHOICE, "a", Answer("undecided", "n = 1", "So it is.")).alt
    assert words == "You said: The first. Measured: the numbers cannot tell."


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_every_labs_answer_can_be_drawn(lab):
    predicted = next(iter(lab.prediction.options), lab.prediction.start)
    drawn = panel(lab.title, lab.prediction, predicted, lab.answer(evidence(lab.recorded)))
    assert 1 <= drawn.svg.count("<circle") <= 2
