from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from functools import reduce
from operator import getitem
from typing import Any

import pytest
from pydantic import ValidationError

from simulator.events import EVENT, STAGES, Event, LossPoint
from simulator.recorded import all_recorded

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


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    ("kind", "field"),
    [("loss", "total"), ("loss", "soft"), ("epoch", "validation_accuracy"), ("stage_finished", "seconds"),
     ("progress", "seconds_left"), ("finished", "peak_memory_mb")],
)  # fmt: skip
def test_no_event_holds_a_number_that_is_not_finite(kind: str, field: str, number: float) -> None:
    """JSON has no word for it: what was stored would come back as null, or not at all."""
    values = next(e for e in EVENTS if e["kind"] == kind)
    with pytest.raises(ValidationError, match="finite"):
        EVENT.validate_python({**values, field: number})


def places_of_floats(values: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every float in nested values."""
    if isinstance(values, float):
        yield path
    items = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for key, value in items:
        yield from places_of_floats(value, (*path, key))


@pytest.mark.parametrize("kind", ["measured", "cell", "concluded"])
def test_nor_does_what_was_measured_or_concluded(kind: str) -> None:
    """Every float of a recorded event, however deep."""
    comparison = {"name": "a", "mean": 0.1, "deviation": 0.2, "interval": [0.0, 0.2], "p": 0.5, "n": 3}
    made: dict[str, Any] = {
        "cell": {"kind": "cell", "at": {"alpha": 0.5}, "seed": 0, "values": {"accuracy": 0.5}},
        "concluded": {
            "kind": "concluded",
            "conclusion": {"sentences": [], "answer": "", "shown": False, "comparisons": [comparison]},
        },
    }
    recorded = next(e for e in all_recorded()[0].events if e.kind == "measured")
    values = made.get(kind) or recorded.model_dump(mode="json")
    places = list(places_of_floats(values))
    assert places
    for *path, last in places:
        broken = copy.deepcopy(values)
        reduce(getitem, path, broken)[last] = math.nan
        with pytest.raises(ValidationError, match="finite"):
            EVENT.validate_python(broken)
