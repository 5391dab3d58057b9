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
    assert "T = 4 has the highest mean accuracy" in again.text
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
        (1.0, "Any of the three may come first"),  # the differences of the seeds differ by more than their mean
        (0.001, "What is clear now is clear again"),
    ],
)
def test_other_seeds_are_expected_to_repeat_what_is_clear_and_nothing_else(wobble, words):
    _, again = TEMPERATURE.questions(hot("no", wobble=wobble))
    assert again.right_words().startswith(words)
    assert any(words.startswith("Any of the three may") for words in again.options)
