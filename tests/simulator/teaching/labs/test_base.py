"""A prediction beside the measured answer, and what cannot be predicted or chosen."""

from __future__ import annotations

import pytest

from simulator.errors import InvalidConfig
from simulator.teaching.labs.base import beside
from simulator.teaching.labs.channels import CHANNELS
from simulator.teaching.labs.teacher import TEACHER
from simulator.teaching.labs.temperature import TEMPERATURE
from simulator.teaching.labs.together import TOGETHER
from tests.simulator.teaching.labs.made import hot, labelled


def test_a_prediction_stands_beside_the_answer_in_plain_words():
    found = labelled((0.75, 0.95))
    sentence = beside(TEACHER.prediction, 12.5, TEACHER.answer(found))
    assert (
        sentence
        == "You said **+12.5 points**; the measured answer is **+20.0 points** (3 seeds). You were 7.5 points too low."
    )
    assert beside(TEACHER.prediction, 30.0, TEACHER.answer(found)).endswith("You were 10.0 points too high.")
    assert beside(TEACHER.prediction, 20.0, TEACHER.answer(found)).endswith("as close as the slider allows.")


@pytest.mark.parametrize(
    ("answer", "words"), [("between", "As you predicted."), ("no", "Not as you predicted."), ("", "(3 seeds).")]
)
def test_a_choice_is_called_right_or_wrong_or_undecided(answer, words):
    sentence = beside(TEMPERATURE.prediction, "between", TEMPERATURE.answer(hot(answer)))
    assert sentence.endswith(words)
    assert ("the numbers cannot tell" in sentence) == (answer == "")


@pytest.mark.parametrize("wrong", [40.5, -21.0, float("nan"), float("inf"), "between"])
def test_a_prediction_off_the_slider_is_refused(wrong):
    with pytest.raises(InvalidConfig, match="slider"):
        TEACHER.prediction.check(wrong)


def test_a_choice_that_is_not_offered_is_refused():
    with pytest.raises(InvalidConfig, match="not one of the choices"):
        CHANNELS.prediction.check("both")
    with pytest.raises(InvalidConfig, match=r"student_size 0.33 is not offered.*0.25, 0.5"):
        TOGETHER.check_settings({"student_size": 0.33, "target_sparsity": 0.5})
