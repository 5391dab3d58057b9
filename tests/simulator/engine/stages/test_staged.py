"""The frame of a stage: its start, its end, and what stands between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.engine.stages.staged import staged
from simulator.events import Event, LossPoint, Progress, StageFinished, StageStarted
from simulator.events.outcome import Outcome


def training() -> Iterator[Event]:
    yield LossPoint(variant="control", step=1, epoch=0.5, total=2.0, hard=2.0, learning_rate=0.1)
    yield Progress(stage="control", done=64, total=128, examples_per_second=10.0)
    yield Progress(stage="control", done=128, total=128, examples_per_second=10.0)
    return "trained"


def test_a_stage_says_its_seed_its_costs_and_what_it_made() -> None:
    outcome = Outcome(staged("control", "Training", training(), repeat=2))
    start, point, *_, end = outcome
    assert start == StageStarted(stage="control", note="Training", repeat=2)
    assert isinstance(point, LossPoint) and point.repeat == 2
    assert isinstance(end, StageFinished) and end.examples == 128 and end.seconds > 0
    assert outcome.result == ("trained", end.peak_memory_mb)


def test_a_stage_that_breaks_has_no_end() -> None:
    def broken() -> Iterator[Event]:
        yield Progress(stage="prune", done=0, total=1)
        raise ValueError("broken")

    events = []
    with pytest.raises(ValueError, match="broken"):
        events.extend(staged("prune", "", broken()))
    assert not any(isinstance(event, StageFinished) for event in events)
