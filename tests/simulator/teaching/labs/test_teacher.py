"""Lab 1: does a teacher help, with few labels and with many?"""

from __future__ import annotations

import pytest

from simulator.teaching.labs.teacher import TEACHER
from tests.simulator.teaching.labs.made import labelled


def test_a_teacher_that_helped():
    found = labelled((0.75, 0.95))
    assert TEACHER.answer(found).value == pytest.approx(20)
    assert TEACHER.answer(found).basis == "3 seeds"
    moved, follows = TEACHER.questions(found)
    # by hand: mean 0.2, deviation 0.01, t = 0.2 / (0.01 / sqrt 3) = 34.6, p = 0.0008, the second of three: 0.0017
    assert "p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.002" in TEACHER.table(found)[0]["Difference"]
    assert moved.right_words().startswith("Mostly the control")  # it goes from 75 to 90, the other one from 95 to 90
    assert "the control goes from 75.0 % to 90.0 %" in moved.explanation
    assert "the labels now teach the control" in moved.explanation.lower()
    assert "the run tests 3 differences" in follows.explanation
    assert follows.right_words().startswith("These seeds cannot tell")
    helped, shrinks, _ = TEACHER.takeaway(found)
    assert helped.startswith("The teacher helped: +20.0 points with 50 labels")
    assert (
        "With 500 labels there was no sign of help ("
        "\N{PLUS-MINUS SIGN}0.0 points, within noise): when labels are plentiful" in shrinks
    )


def test_an_interval_without_zero_beside_a_corrected_p_above_the_limit_contradicts_nothing():
    """The p of the many labels doubles or more when it is corrected; its interval stays as it is."""
    found = labelled((0.75, 0.755), (0.9, 0.95), wobble=0.03)
    # by hand: mean 0.05, deviation 0.015, t = 0.05 / (0.015 / sqrt 3) = 5.77, p = 0.029, times 3: 0.086
    moved, follows = TEACHER.questions(found)
    assert moved.right_words().startswith("The seeds cannot tell") and "p is corrected" in moved.explanation
    assert "95 % interval +1.3 to +8.7 points, p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.086" in follows.text
    assert follows.right_words() == "These seeds cannot tell: the difference may well be chance"
    assert "is p below 0.05" in follows.hint and "near zero" not in follows.hint
    assert "An interval is that of one difference alone; p is corrected" in follows.explanation


@pytest.mark.parametrize(
    ("few", "many"), [((0.75, 0.76), (0.9, 0.9)), ((0.75, 0.7), (0.9, 0.8)), ((0.75, 0.95), (0.7, 0.9))]
)
def test_where_labels_are_plenty_is_said_of_help_that_shrank_only(few, many):
    assert "plenty" not in " ".join(TEACHER.takeaway(labelled(few, many, wobble=0.02)))


def test_a_help_within_noise_is_called_so():
    found = labelled((0.75, 0.76), wobble=0.05)
    assert TEACHER.questions(found)[0].right_words() == "The seeds cannot tell whether the lead changed at all"
    assert "the labels now teach" not in TEACHER.questions(found)[0].explanation.lower()
    assert "expected effect did not show: +1.0 points" in TEACHER.takeaway(found)[0]


def test_a_teacher_that_did_harm():
    found = labelled((0.75, 0.55), (0.9, 0.95))
    assert TEACHER.answer(found).value == pytest.approx(-20)
    moved, follows = TEACHER.questions(found)
    assert moved.right_words().startswith("Mostly the distilled student")  # 55 to 95; the control 75 to 90
    assert follows.right_words().startswith("The teacher helps here too")
    harm, more, _ = TEACHER.takeaway(found)
    assert "was reversed" in harm
    assert more == "With 500 labels it still helped (+5.0 points)."


@pytest.mark.parametrize(
    ("few", "many", "moves", "conclusion"),
    [
        ((0.6, 0.8), (0.85, 0.75), "Mostly the control", "The teacher does harm"),  # up by 25, the other down by 5
        ((0.6, 0.8), (0.7, 0.7), "Both", "These seeds cannot tell"),
    ],
)
def test_the_student_that_changed_more_made_the_lead_change(few, many, moves, conclusion):
    moved, follows = TEACHER.questions(labelled(few, many))
    assert moved.right_words().startswith(moves) and follows.right_words().startswith(conclusion)
