"""Everything that pages, figures and commands read about runs. Nothing here changes anything. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulator.events import (
    CellFinished,
    Concluded,
    Described,
    Event,
    Measurement,
    Provenance,
    RunFinished,
    StageFinished,
)
from simulator.host.machine import places
from simulator.host.paths import data_dir
from simulator.runs import recorded
from simulator.runs.database.store import Run, RunState, open_store
from simulator.runs.records import Unreadable


def run(run_id: str) -> Run:
    """One run: stored here, or recorded and shipped with the app.

    Raises:
        RunNotFound: if there is none with this id.
    """
    shipped = recorded.find(run_id)
    return shipped.run if shipped else open_store().get(run_id)


def queue_position(run_id: str) -> int | None:
    """1 for the run that is next; None if it is not waiting."""
    return open_store().queue_position(run_id)


def expected_wait(run_id: str) -> float | None:
    """Seconds until a waiting run is expected to start, from the forecasts of the runs before it.

    None if there is no telling: one of them has no forecast, or takes longer than its forecast. A forecast counts the
    teacher's training. The runs behind the first often find that done: the wait is then shorter.
    """
    seconds = 0.0
    for forecast, started_at in open_store().ahead_of(run_id):
        gone = max(0.0, (datetime.now(UTC) - started_at).total_seconds()) if started_at else 0.0  # clocks are set back
        if forecast is None or gone > forecast.seconds:
            return None
        seconds += forecast.seconds - gone
    return seconds / places()


def events(run_id: str, after: int = 0) -> list[tuple[int, Event]]:
    """The events of a run numbered above ``after``, with their numbers."""
    shipped = recorded.find(run_id)
    if shipped:
        return [(n, e) for n, e in enumerate(shipped.events, 1) if n > after]
    return open_store().events(run_id, after)


def cells(run_id: str) -> list[CellFinished]:
    """What an experiment measured, in the order in which it did."""
    shipped = recorded.find(run_id)
    return [e for e in shipped.events if isinstance(e, CellFinished)] if shipped else open_store().cells(run_id)


def measurements(run_id: str) -> list[Measurement]:
    """What was measured in a run, seed by seed, in the order of its stages."""
    shipped = recorded.find(run_id)
    return shipped.measurements if shipped else open_store().measurements(run_id)


def described(run_id: str) -> Described | None:
    """How a run describes itself; None if it ended before it could do so."""
    shipped = recorded.find(run_id)
    if shipped:
        return next((e for e in shipped.events if isinstance(e, Described)), None)
    return open_store().described(run_id)


def provenance(run_id: str) -> Provenance | None:
    """Where a run's numbers come from; None if it ended before it could say so."""
    itself = described(run_id)
    return itself.provenance if itself else None


def list_runs(states: Iterable[RunState] | None = None) -> list[Run]:
    """All runs, or those in the given states, the newest first; after them the recorded ones, which are finished."""
    wanted = None if states is None else tuple(states)
    shipped = [r.run for r in recorded.all_recorded()] if wanted is None or "finished" in wanted else []
    return open_store().list_runs(wanted) + shipped


def unreadable_runs() -> list[Unreadable]:
    """The runs that are stored here and cannot be read, the newest first: they can only be cancelled and deleted."""
    return open_store().unreadable_runs()


def export_dir(run_id: str) -> Path:
    """Where a run's student weights are (model.safetensors, config.json, README.md); may be empty."""
    return data_dir("exports") / run_id


def summary(run_id: str) -> dict[str, Any]:
    """A summary of a finished run, as the command line writes it: its settings and what was measured.

    ``stages`` are in the order in which they ended; one that was taken over says from where in ``kept``.
    ``variants`` is what was measured with the first seed, the teacher before the others; ``repeats`` holds the
    same for every seed. ``labels`` are the classes of the test examples that each variant's ``answers`` are for.
    """
    history = [event for _, event in events(run_id)]
    record, measured = run(run_id), measurements(run_id)
    described = next(e for e in history if isinstance(e, Described))
    repeats = [
        {
            "seed": record.settings.seed + n,
            "variants": [m.model_dump(mode="json") for m in measured if m.repeat == n],
        }
        for n in range(record.settings.repeats)
    ]
    return {
        "config": record.config.model_dump(mode="json"),
        "provenance": described.provenance.model_dump(mode="json"),
        "forecast": record.forecast.model_dump(mode="json") if record.forecast else None,
        **next(
            {"seconds": e.seconds, "peak_memory_mb": e.peak_memory_mb} for e in history if isinstance(e, RunFinished)
        ),
        "stages": [e.model_dump(mode="json", exclude={"kind"}) for e in history if isinstance(e, StageFinished)],
        "labels": list(described.labels),
        "variants": repeats[0]["variants"],
        "repeats": repeats,
    }


def experiment_summary(run_id: str) -> dict[str, Any]:
    """A summary of a finished experiment: its settings, the stages with the students taken over, cells, conclusion."""
    history = [event for _, event in events(run_id)]
    return {
        "config": run(run_id).config.model_dump(mode="json"),
        "provenance": next(e.provenance.model_dump(mode="json") for e in history if isinstance(e, Described)),
        "seconds": next(e.seconds for e in history if isinstance(e, RunFinished)),
        "stages": [e.model_dump(mode="json", exclude={"kind"}) for e in history if isinstance(e, StageFinished)],
        "cells": [e.model_dump(mode="json", exclude={"kind"}) for e in history if isinstance(e, CellFinished)],
        "conclusion": next(e.conclusion.model_dump(mode="json") for e in history if isinstance(e, Concluded)),
    }


def export(run_id: str) -> dict[str, Any]:
    """A run with its events and measurements, as plain values for JSON."""
    record = run(run_id)
    return {
        "run": record.model_dump(mode="json"),
        "events": [e.model_dump(mode="json") for _, e in events(run_id)],
        "measurements": [m.model_dump(mode="json") for m in measurements(run_id)],
    }
