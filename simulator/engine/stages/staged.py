"""The frame of a stage: its events come between its start and its end, which says how long it took."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import TypeVar

from simulator.engine.host.device import release_memory
from simulator.engine.measure.memory import PeakMemory
from simulator.events import EpochFinished, Event, LossPoint, Measured, Progress, Stage, StageFinished, StageStarted
from simulator.events.outcome import Outcome

T = TypeVar("T")


def staged(
    stage: Stage, note: str, body: Generator[Event, None, T], repeat: int = 0
) -> Generator[Event, None, tuple[T, float]]:
    """Yield a stage's events between its start and its end; returns the body's result and the peak memory in MiB.

    Args:
        repeat: The number of the stage's seed; its curves give it too.
    """
    started, examples, measured = time.perf_counter(), 0, 0
    yield StageStarted(stage=stage, note=note, repeat=repeat)
    with PeakMemory() as memory:
        outcome = Outcome(body)
        for event in outcome:
            if isinstance(event, Progress) and event.examples_per_second:  # a training says its speed
                examples = max(examples, event.done)
            measured += isinstance(event, Measured) and event.measurement.kept is None
            curve = isinstance(event, LossPoint | EpochFinished)
            yield event.model_copy(update={"repeat": repeat}) if curve else event
    release_memory()  # the memory of models that the stage needed and dropped
    yield StageFinished(
        stage=stage,
        seconds=time.perf_counter() - started,
        peak_memory_mb=memory.mb,
        examples=examples,
        measured=measured if stage == "measure" else None,
    )
    return outcome.result, memory.mb
