"""The parts of a guided lab, and the sentence that compares a prediction with the measurement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite

from simulator.config.run import RunConfig
from simulator.errors import InvalidConfig
from simulator.experiments.config import ExperimentConfig
from simulator.figures.numbers import p_value, percent, setting, unsigned_points
from simulator.figures.statistics import Verdict
from simulator.teaching.labs.evidence import Evidence
from simulator.teaching.quiz.question import Question

Settings = Mapping[str, float]
"""The settings that a student chose before the run: a field of RunConfig -> its value."""

Table = list[dict[str, str]]
"""Rows of measured values: heading -> text."""


@dataclass(frozen=True)
class Prediction:
    """What a student commits to before the run: a number on a slider, or one of several sentences.

    Attributes:
        options: Key -> sentence; empty if a number is asked for.
        low, high, step, start: The slider's range, step and starting value.
        form: Formats such a number.
    """

    text: str
    options: Mapping[str, str] = field(default_factory=dict)
    low: float = 0
    high: float = 100
    step: float = 1
    start: float = 0
    form: Callable[[float], str] = str

    def check(self, value: float | str) -> None:
        """Refuse a value that the slider or the options cannot give.

        Raises:
            InvalidConfig: with the values that can be predicted.
        """
        if self.options and value not in self.options:
            raise InvalidConfig(
                f"The prediction {value!r} is not one of the choices.", f"Choose {', '.join(self.options)}."
            )
        if self.options:
            return
        if isinstance(value, str) or not isfinite(value) or not self.low <= value <= self.high:
            raise InvalidConfig(
                f"The prediction {value!r} is outside the slider's range.", f"Choose {self.low} to {self.high}."
            )

    def shown(self, value: float | str) -> str:
        """A prediction or an answer in words."""
        return self.options.get(value, UNDECIDED) if isinstance(value, str) else self.form(value)


UNDECIDED = "the numbers cannot tell"


@dataclass(frozen=True)
class Answer:
    """The run's answer to the lab's question.

    Attributes:
        value: On the prediction's scale: a number, or a key of its options.
        basis: The data behind it, such as "n = 450".
        sentence: The measurement in words.
    """

    value: float | str
    basis: str
    sentence: str


@dataclass(frozen=True)
class Choice:
    """A setting that the student chooses before the run."""

    setting: str
    label: str
    values: tuple[float, ...]
    start: float
    form: Callable[[float], str] = percent


@dataclass(frozen=True)
class Lab:
    """One guided lab.

    Attributes:
        name: Its key in the store.
        idea: What a student needs to know before predicting, in one paragraph.
        terms: The glossary terms that the idea uses.
        configs: Turns the student's choices into the settings of the lab's runs, one or two.
        recorded: The shipped runs that can replace the student's own, one for each of ``configs``.
        watch: What to look for while it runs.
        table: What was measured, from which the student works the answers out.
    """

    name: str
    title: str
    question: str
    idea: str
    terms: tuple[str, ...]
    minutes: int
    prediction: Prediction
    configs: Callable[[Settings], tuple[RunConfig | ExperimentConfig, ...]]
    recorded: tuple[str, ...]
    watch: str
    table: Callable[[Evidence], Table]
    answer: Callable[[Evidence], Answer]
    questions: Callable[[Evidence], tuple[Question, Question]]
    takeaway: Callable[[Evidence], list[str]]
    choices: tuple[Choice, ...] = ()

    def check_settings(self, settings: Settings) -> None:
        """Refuse settings that the lab does not offer.

        Raises:
            InvalidConfig: with the values that it offers.
        """
        for choice in self.choices:
            if settings.get(choice.setting) not in choice.values:
                raise InvalidConfig(
                    f"{choice.setting} {settings.get(choice.setting)!r} is not offered in this lab.",
                    f"Choose {', '.join(setting(value) for value in choice.values)}.",
                )


def beside(prediction: Prediction, committed: float | str, answer: Answer) -> str:
    """The prediction and the measured answer in one sentence, and how far apart they are."""
    quote = '"' if prediction.options else ""
    ours, theirs = (f"{quote}{prediction.shown(value)}{quote}" for value in (committed, answer.value))
    sentence = f"You said **{ours}**; the measured answer is **{theirs}** ({answer.basis})."
    if isinstance(committed, str) or isinstance(answer.value, str):
        if answer.value not in prediction.options:
            return sentence
        return f"{sentence} {'As you predicted.' if committed == answer.value else 'Not as you predicted.'}"
    off = answer.value - committed
    if abs(off) <= prediction.step / 2:
        return f"{sentence} That is as close as the slider allows."
    return f"{sentence} You were {unsigned_points(off)} points too {'low' if off > 0 else 'high'}."


INTERVALS = "An interval is that of one difference alone; p is corrected for the number of differences tested."
"""Why an interval may leave zero out where p is above 0.05."""


def judged_words(v: Verdict) -> str:
    """A verdict with its basis: how many examples only one of the two answers correctly, and McNemar's p."""
    (seed,) = v.by_seed
    return (
        f"{v.outcome}: of {v.n} digits, this one alone reads {seed.gained} correctly, the other alone {seed.lost}; "
        f"{p_value(seed.p)}"
    )
