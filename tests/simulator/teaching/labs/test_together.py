"""Lab 6: everything together, within a budget."""

from __future__ import annotations

import pytest

from simulator.teaching.labs.together import TOGETHER
from tests.simulator.teaching.labs.made import answering, config_of, one_run


def compressed(recovered: range, size: int, distilled: int = 4_000_000):
    return one_run(
        config_of(TOGETHER),
        answering("teacher", range(198), size_bytes=40_000_000),
        answering("control", range(180)),
        answering("distilled", range(190), size_bytes=distilled),
        answering("pruned", range(50), size_bytes=size),
        answering("recovered", recovered, size_bytes=size),
    )


def test_a_student_within_the_budget_and_as_good():
    found = compressed(range(1, 198), 800_000)
    assert TOGETHER.answer(found).value == pytest.approx(-0.5)
    assert "the budget was met" in TOGETHER.answer(found).sentence
    step, split = TOGETHER.questions(found)
    assert step.right_words() == "The choice of a narrower student"
    assert "10.0 times smaller" in step.explanation and "5.0 times smaller again" in step.explanation
    assert split.right_words() == "No clear difference: on other digits either of them may be better"
    assert "a split of 1 this uneven" in split.explanation and "a split of 0 to 1" in split.hint
    assert "The two are equally good, on other digits as well" in split.options
    cost, healed, kept = TOGETHER.takeaway(found)
    assert "50 times smaller" in cost and "no sign of a loss" in cost
    assert "25.0 % just pruned, 98.5 % after it" in healed
    assert "the budget was met" in kept


def test_no_coin_is_tossed_where_both_read_the_same_digits():
    _, split = TOGETHER.questions(compressed(range(198), 800_000))
    assert "reads 0 of the 200 test digits correctly, the teacher alone 0." in split.text
    assert split.right_words().startswith("No clear difference")
    for text in (split.hint, split.explanation):
        assert "show no difference" in text and "coin" not in text and "split" not in text and "p " not in text


def test_a_student_over_the_budget_that_did_not_recover():
    found = compressed(range(50), 1_000_001)
    assert "the budget was not met" in TOGETHER.answer(found).sentence
    assert TOGETHER.questions(found)[1].right_words() == "The student is clearly worse than its teacher"
    cost, healed, kept = TOGETHER.takeaway(found)
    assert "pays for it with \N{MINUS SIGN}74.0 points" in cost
    assert "no sign that recovery helps" in healed
    assert "narrower student" in kept


def test_the_step_with_the_largest_factor_is_worked_out_from_the_files():
    step, _ = TOGETHER.questions(compressed(range(198), 800_000, distilled=8_000_000))  # 5 times, then 10 times
    assert step.right_words() == "Cutting channels out"
    assert set(step.options) == {"The choice of a narrower student", "Cutting channels out", "Distillation", "Recovery"}
