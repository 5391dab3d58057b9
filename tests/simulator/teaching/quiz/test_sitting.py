from __future__ import annotations

import pytest

from simulator.errors import SimulatorError
from simulator.teaching.quiz.bank import QUESTIONS
from simulator.teaching.quiz.sitting import decode, draw, encode


def test_a_seed_decides_questions_and_options() -> None:
    first, again, other = draw(QUESTIONS, 5, 12), draw(QUESTIONS, 5, 12), draw(QUESTIONS, 6, 12)
    assert first == again != other
    assert len({q.key for q in first.questions}) == 12
    assert any(q.options and first.order_of(q) != sorted(first.order_of(q)) for q in first.questions)
    assert {tuple(sorted(first.order_of(q))) for q in first.questions if q.options} == {
        tuple(range(len(q.options))) for q in first.questions if q.options
    }


def test_the_right_option_is_not_always_shown_first() -> None:
    quiz = draw(QUESTIONS, 1, len(QUESTIONS))
    places = [quiz.order_of(q).index(0) for q in quiz.questions if len(q.options) == 4]
    assert set(places) == {0, 1, 2, 3}


def test_answers_survive_an_address_and_it_stays_short() -> None:
    quiz = draw(QUESTIONS, 3, len(QUESTIONS))
    answers = tuple(float(q.right) for q in quiz.questions)
    text = encode(answers)
    assert len(text) < 300
    done = draw(QUESTIONS, 3, len(QUESTIONS), text)
    assert done.is_over and done.score == len(QUESTIONS) and done.missed == []


def test_wrong_answers_are_counted_and_kept_to_revisit() -> None:
    quiz = draw(QUESTIONS, 3, 10)
    wrong = [q.right + (1 if q.options else 10 * q.tolerance) for q in quiz.questions]
    wrong = [w % len(q.options) if q.options else w for w, q in zip(wrong, quiz.questions, strict=True)]
    done = draw(QUESTIONS, 3, 10, encode(wrong))
    assert done.score == 0 and len(done.missed) == 10


@pytest.mark.parametrize("text", ["x", "nan", "inf", "99", "1.5", "-1", "_", "0_" * 50])
def test_answers_that_do_not_belong_to_the_questions_are_refused(text: str) -> None:
    choices = [q for q in QUESTIONS if q.options][:10]
    with pytest.raises(SimulatorError, match="do not belong"):
        decode(text, choices)
