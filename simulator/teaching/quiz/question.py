"""What a question is, how an answer is judged, and the arithmetic of the questions' numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Literal

from simulator.figures.numbers import significant

Topic = Literal["Distillation", "Pruning", "Size and speed", "Fair comparisons", "Models and data", "This run"]


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        key: Its name in the address of a quiz and in tests.
        options: The options to choose from; empty if a number is asked for.
        right: The option that is right, or the number.
        tolerance: How far from the number an answer may be.
        explanation: Why, with the source; shown after the answer.
        hint: Shown after a wrong first answer, where there is a second try.
    """

    key: str
    topic: Topic
    text: str
    options: tuple[str, ...]
    right: float
    tolerance: float
    explanation: str
    hint: str = ""

    @property
    def is_number(self) -> bool:
        """Whether a number is asked for."""
        return not self.options

    def is_right(self, answer: float) -> bool:
        """Whether an answer, an option's place or a number, is right."""
        return abs(answer - self.right) <= self.tolerance + 1e-9 if self.is_number else answer == self.right

    def right_words(self) -> str:
        """The right answer as it is shown; a number with decimals is rounded to four digits."""
        if not self.is_number:
            return self.options[int(self.right)]
        digits = 7 if abs(self.right) >= 1000 or self.right == int(self.right) else 4
        return significant(self.right, digits).replace("-", "\N{MINUS SIGN}")


def choice(key: str, topic: Topic, text: str, options: tuple[str, ...], why: str, hint: str = "") -> Question:
    """A question with one right option, given first; they are shown in another order."""
    return Question(key, topic, text, options, 0, 0, why, hint)


def right_first(options: Mapping[str, str], right: str) -> tuple[str, ...]:
    """The sentences of named options, the right one first."""
    return options[right], *(words for name, words in options.items() if name != right)


def truth(key: str, topic: Topic, text: str, true: bool, why: str) -> Question:
    """A true-or-false question."""
    return Question(key, topic, f"True or false? {text}", ("True", "False"), 0 if true else 1, 0, why)


def number(key: str, topic: Topic, text: str, right: float, why: str, tolerance: float = 0.01) -> Question:
    """A question that asks for a number; ``right`` is computed where the question is defined."""
    return Question(key, topic, text, (), right, tolerance, why)


def softmax(logits: tuple[float, ...], temperature: float = 1.0) -> list[float]:
    """Probabilities of logits at a temperature (Hinton et al. 2015, equation 1)."""
    powers = [exp(z / temperature) for z in logits]
    return [p / sum(powers) for p in powers]


def cross_entropy(probability_of_the_label: float) -> float:
    """Cross-entropy of one example, in nats."""
    return -log(probability_of_the_label)


def kl(p: list[float], q: list[float]) -> float:
    """Kullback-Leibler divergence of q from p, in nats."""
    return sum(a * log(a / b) for a, b in zip(p, q, strict=True) if a > 0)
