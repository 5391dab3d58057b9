"""Lab 6: everything together, within a budget."""

from __future__ import annotations

import pytest

from simulator.teaching.labs.together import TOGETHER
from tests.simulator.teaching.labs.made import answering, config_of, one_run


def compressed(recovered: range, size: int):
    return one_run(
        config_of(TOGETHER),
        answering("teacher", range(198), size_bytes=40_000_000),
        answering("control", range(180)),
        answering("distilled", range(190)),
        answering("pruned", range(50), size_bytes=size),
        answering("recovered", recovered, size_bytes=size),
    )


def test_a_student_within_the_budget_and_as_good():
    found = compressed(range(1, 198), 800_000)
    assert TOGETHER.answer(found).value == pytest.approx(-0.5)
    assert "the budget was met" in TOGETHER.answer(found).sentence
    size, worse = TOGETHER.questions(found)
    assert size.right == 50.0 and size.is_right(50.9) and not size.is_right(52)
    assert worse.right_words() == "The difference may well be chance"
    cost, healed, kept = TOGETHER.takeaway(found)
    assert "50 times smaller" in cost and "no sign of a loss" in cost
    assert "25.0 % just pruned, 98.5 % after it" in healed
    assert "the budget was met" in kept


def test_a_student_over_the_budget_that_did_not_recover():
    found = compressed(range(50), 1_000_001)
    assert "the budget was not met" in TOGETHER.answer(found).sentence
    assert TOGETHER.questions(found)[1].right_words() == "The student is clearly worse than its teacher"
    cost, healed, kept = TOGETHER.takeaway(found)
    assert "pays for it with \N{MINUS SIGN}74.0 points" in cost
    assert "no sign that recovery helps" in healed
    assert "narrower student" in kept
