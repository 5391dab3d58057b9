"""A stage is a generator: it yields events, and returns what it made."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")
E = TypeVar("E")


class Outcome(Generic[E, T]):
    """A stage's events, for a loop that does more with them than ``yield from``; then what the stage returned.

    Attributes:
        result: What the stage returned; there once its last event was taken.
    """

    result: T

    def __init__(self, stage: Generator[E, None, T]) -> None:
        self._stage = stage

    def __iter__(self) -> Iterator[E]:
        self.result = yield from self._stage


def result_of(stage: Generator[E, None, T]) -> T:
    """Carry a stage out and give what it returns; its events are left out."""
    outcome = Outcome(stage)
    for _ in outcome:
        pass
    return outcome.result
