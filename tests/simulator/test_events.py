from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from simulator.events import EVENT, STAGES, Event, LossPoint

EVENTS: list[dict[str, Any]] = [
    {"kind": "stage_started", "stage": "teacher", "note": "Training"},
    {"kind": "progress", "stage": "distil", "done": 3, "total": 9},
    {"kind": "loss", "variant": "control", "step": 1, "epoch": 0, "total": 0.3, "hard": 1e-300, "learning_rate": 1},
    {"kind": "epoch", "variant": "distilled", "epoch": 1, "validation_accuracy": 0.5},
    {"kind": "stage_finished", "stage": "prune", "seconds": 0.25, "peak_memory_mb": 900.5, "examples": 0},
    {"kind": "finished", "seconds": 3.0, "peak_memory_mb": 5.0},
    {"kind": "failed", "message": "No.", "advice": ""},
]  # fmt: skip


@pytest.mark.parametrize("values", EVENTS, ids=[e["kind"] for e in EVENTS])
def test_an_event_comes_back_from_json_exactly(values: dict[str, Any]) -> None:
    event: Event = EVENT.validate_python(values)
    assert event.kind == values["kind"]
    assert EVENT.validate_json(event.model_dump_json()) == event


def test_the_kind_stands_first_in_an_events_json() -> None:
    """The store finds events by it."""
    for values in EVENTS:
        assert EVENT.validate_python(values).model_dump_json().startswith(f'{{"kind":"{values["kind"]}"')


@pytest.mark.parametrize(
    "wrong", [{"kind": "gossip"}, {"kind": "failed"}, {"kind": "failed", "message": "", "more": 1}]
)
def test_what_is_not_an_event_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EVENT.validate_python(wrong)


def test_an_event_is_frozen() -> None:
    point = LossPoint(variant="control", step=1, epoch=0, total=1, hard=1, learning_rate=0)
    with pytest.raises(ValidationError):
        point.total = 0  # type: ignore[misc]


def test_the_stages_are_in_the_order_in_which_they_run() -> None:
    assert STAGES == ("prepare", "teacher", "control", "distil", "prune", "recover", "measure")
