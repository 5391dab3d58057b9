"""One sitting of a quiz: the questions in order, the answers, the score. All of it fits into an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from random import Random

from simulator.errors import SimulatorError
from simulator.figures.numbers import significant
from simulator.teaching.quiz.question import Question

BETWEEN = "_"


@dataclass(frozen=True)
class Sitting:
    """The questions that were drawn and the answers so far.

    Attributes:
        answers: The number of an option (as in ``Question.options``), or a number; one for each question answered.
    """

    seed: int
    questions: tuple[Question, ...]
    answers: tuple[float, ...] = ()

    @property
    def score(self) -> int:
        """How many answers are right."""
        return sum(q.is_right(a) for q, a in zip(self.questions, self.answers, strict=False))

    @property
    def missed(self) -> list[tuple[Question, float]]:
        """The questions that were answered wrongly, with the answers."""
        return [(q, a) for q, a in zip(self.questions, self.answers, strict=False) if not q.is_right(a)]

    @property
    def is_over(self) -> bool:
        """Whether every question has its answer."""
        return len(self.answers) == len(self.questions)

    def order_of(self, question: Question) -> list[int]:
        """The options' numbers in the order in which they are shown; true comes before false."""
        order = list(range(len(question.options)))
        if question.options[:1] != ("True",):
            Random(f"{self.seed} {question.key}").shuffle(order)
        return order


def draw(pool: Sequence[Question], seed: int, count: int, answers: str = "") -> Sitting:
    """Draw questions from the pool in an order that the seed decides, with the answers from an address.

    Raises:
        SimulatorError: if the answers do not belong to these questions.
    """
    shuffle = Random(seed)
    questions = tuple(shuffle.sample(list(pool), min(max(1, count), len(pool))))
    return Sitting(seed, questions, decode(answers, questions))


def encode(answers: Sequence[float]) -> str:
    """Answers as short text for an address."""
    return BETWEEN.join(significant(answer, 7) for answer in answers)


def decode(text: str, questions: Sequence[Question]) -> tuple[float, ...]:
    """The answers in an address.

    Raises:
        SimulatorError: if they cannot be read or do not belong to these questions.
    """
    parts = text.split(BETWEEN) if text else []
    try:
        answers = tuple(float(part) for part in parts)
    except ValueError:
        answers = (float("nan"),)
    fits = len(answers) <= len(questions) and all(
        isfinite(answer) and (question.is_number or answer in range(len(question.options)))
        for question, answer in zip(questions, answers, strict=False)
    )
    if not fits:
        raise SimulatorError(f"The answers {text[:40]!r} do not belong to these questions.", "Start the quiz again.")
    return answers
