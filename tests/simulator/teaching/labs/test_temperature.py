"""Lab 2: how hot?"""

from __future__ import annotations

from math import log

from simulator.teaching.labs.temperature import TEMPERATURE
from tests.simulator.teaching.labs.made import hot


def test_the_heat_of_the_targets_and_of_the_students():
    found = hot("between", shown=True)
    assert TEMPERATURE.answer(found).value == "between"
    assert TEMPERATURE.answer(found).basis == "3 seeds"
    entropy, accuracy = TEMPERATURE.questions(found)
    assert entropy.right == round(100 * 2.0 / log(10), 1) == 86.9
    assert accuracy.right == -3.0  # 78 % less 81 %
    assert accuracy.is_right(-3) and not accuracy.is_right(3)
    softer, students, _ = TEMPERATURE.takeaway(found)
    assert "0.100 nats at T = 1 to 2.000 at T = 20" in softer
    assert "better students here" in students
    assert TEMPERATURE.table(found)[1]["Student's accuracy"] == "85.0 %"


def test_heat_that_did_nothing_is_called_so():
    found = hot("no", entropies=(1.0, 1.0, 1.0))
    softer, students, _ = TEMPERATURE.takeaway(found)
    assert "did not rise" in softer
    assert "no sign that softer targets" in students and "3 seeds" in students
