from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import reduce
from math import inf, nan
from operator import getitem
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from simulator.config.run import make_config
from simulator.errors import InvalidConfig
from simulator.events import EVENT, STAGES, Event, LossPoint, Provenance
from simulator.experiments import make_experiment
from simulator.runs import recorded
from simulator.runs.records import Run

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


@pytest.mark.parametrize("number", [nan, inf, -inf])
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
    measured = next(e for e in recorded.all_recorded()[0].events if e.kind == "measured")
    values = made.get(kind) or measured.model_dump(mode="json")
    places = list(places_of_floats(values))
    assert places
    for *path, last in places:
        broken = copy.deepcopy(values)
        reduce(getitem, path, broken)[last] = nan
        with pytest.raises(ValidationError, match="finite"):
            EVENT.validate_python(broken)


def numbers(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to each number in a JSON value."""
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from numbers(part, (*path, key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def with_one_changed(value: dict[str, Any], path: tuple[Any, ...], number: float) -> dict[str, Any]:
    """A copy in which one number is another."""
    changed = copy.deepcopy(value)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = number
    return changed


@pytest.mark.parametrize("number", [nan, inf, -inf, 1e300, -1e300, 10**4000])
def test_no_number_of_a_record_may_be_infinite_or_beyond_all_measure(number: float) -> None:
    """Every number of one event of each kind and of two runs, one after the other."""
    shipped = recorded.all_recorded()[0], recorded.find("recorded-lab-sparsity")
    events = {type(e): e for r in shipped if r for e in r.events}
    records = [r.run for r in shipped if r] + list(events.values())
    tried = 0
    for record in records:
        values = record.model_dump(mode="json")
        reader: TypeAdapter[Any] = TypeAdapter(type(record))
        assert reader.validate_python(values) == record
        for path in {tuple(0 if isinstance(p, int) else p for p in path): path for path in numbers(values)}.values():
            with pytest.raises(ValidationError):
                reader.validate_python(with_one_changed(values, path, number))
            tried += 1
    assert tried > 80


@pytest.mark.parametrize(
    "moment",
    ["2026-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "yesterday", "", -1e30],
)
def test_a_moment_has_a_time_zone_and_a_date_in_each(moment: Any) -> None:
    run = recorded.all_recorded()[0].run
    values = run.model_dump(mode="json")
    for name in ("created_at", "started_at", "finished_at"):
        with pytest.raises(ValidationError, match=name):
            Run.model_validate(values | {name: moment})
    provenance = recorded.all_recorded()[0].provenance.model_dump()
    with pytest.raises(ValidationError, match="recorded_at"):
        Provenance.model_validate(provenance | {"recorded_at": moment})


def test_a_moment_is_kept_in_utc() -> None:
    values = recorded.all_recorded()[0].run.model_dump(mode="json")
    run = Run.model_validate(values | {"created_at": "2026-01-01T05:30:00+05:30"})
    assert run.created_at.isoformat() == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize("number", [nan, inf, -inf])
def test_no_setting_of_a_run_or_of_an_experiment_may_be_infinite(number: float) -> None:
    config = make_config({})
    for name in (name for name, value in config if isinstance(value, int | float) and not isinstance(value, bool)):
        with pytest.raises(InvalidConfig, match=name):
            make_config({name: number})
    with pytest.raises(InvalidConfig):
        make_experiment("sweep", {}, {"temperature": [number]})
