"""Lab 2: how hot?"""

from __future__ import annotations

from math import log

import pytest

from simulator.teaching.labs.temperature import TEMPERATURE
from tests.simulator.teaching.labs.made import hot


def test_the_heat_of_the_targets_and_of_the_students():
    found = hot("between", shown=True)
    assert TEMPERATURE.answer(found).value == "between"
    assert TEMPERATURE.answer(found).basis == "3 seeds"
    highest, again = TEMPERATURE.questions(found)
    assert highest.right_words() == "The same class as at T = 1, whatever the digit"
    assert round(100 * 2.0 / log(10), 1) == 86.9 and "86.9 %" in highest.explanation
    assert "The highest mean accuracy here is that of T = 4." in again.text
    # by hand: the seeds at T = 4 are 0.83, 0.84 and 0.85; the means are 0.80, 0.84 and 0.77
    assert "differ by 2.0 points" in again.hint and "differ by 7.0 points" in again.hint
    softer, students, _ = TEMPERATURE.takeaway(found)
    assert "0.100 nats at T = 1 to 2.000 at T = 20" in softer
    assert "better students here" in students
    assert TEMPERATURE.table(found)[1]["Student's accuracy"] == "84.0 %"


def test_heat_that_did_nothing_is_called_so():
    found = hot("no", entropies=(1.0, 1.0, 1.0))
    softer, students, _ = TEMPERATURE.takeaway(found)
    assert "did not rise" in softer
    assert "no sign that softer targets" in students and "3 seeds" in students


@pytest.mark.parametrize(
    ("wobble", "words"),
    [
        (1.0, "The order may change: no difference that was tested is clear"),  # the seeds differ by more than the mean
        (0.001, "A difference that was tested is clear, and will probably have the same sign again"),
    ],
)
def test_other_seeds_will_probably_repeat_the_sign_of_what_is_clear_and_nothing_else(wobble, words):
    _, again = TEMPERATURE.questions(hot("no", wobble=wobble))
    assert again.right_words().startswith(words)
    assert any(words.startswith("The order may change") for words in again.options)
    assert again.explanation.count(" against T = 1: ") == 2 and "Nothing else was tested" in again.explanation


@pytest.mark.parametrize(
    ("accuracies", "first"),
    [
        ((0.8, 0.84, 0.84), "T = 4 and T = 20"),
        ((0.8, 0.8, 0.8), "T = 1 and T = 4 and T = 20"),
        ((0.8401, 0.8399, 0.7), "T = 1 and T = 4"),  # 84.0 % in the table, both
    ],
)
def test_temperatures_that_tie_are_all_named(accuracies, first):
    _, again = TEMPERATURE.questions(hot("no", accuracies=accuracies))
    assert f"The highest mean accuracy here is that of {first}." in again.text
    assert len(again.options) == len(set(again.options)) >= 3
