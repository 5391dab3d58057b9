"""Submit, watch, cancel, list: what the pages and the command line call. Imports no torch."""

from __future__ import annotations

import atexit
import secrets
import shutil
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulator.catalog.datasets import DATASETS
from simulator.config.run import RunConfig
from simulator.data import descriptions, own_data
from simulator.errors import NotAllowed
from simulator.events import CellFinished, Concluded, Described, Event, Measurement, Provenance, RunFinished
from simulator.experiments.config import ExperimentConfig
from simulator.host.machine import places
from simulator.host.paths import cache_dir, data_dir
from simulator.runs import recorded
from simulator.runs.database.store import ENDED, Forecast, Origin, Run, RunState, open_store
from simulator.runs.executor import Executor, LocalExecutor, is_dispatching
from simulator.runs.forecast import budget
from simulator.runs.records import Unreadable

UNDER_WAY = ("queued", "running")

_executor: Executor | None = None
_starting = threading.Lock()
_closed = False


def start() -> None:
    """Start carrying out runs in this process's background; a second call does nothing."""
    global _executor
    with _starting:  # every page of every browser calls this, each from its own thread
        if _executor is None and not _closed and not is_dispatching():
            executor = LocalExecutor(open_store())
            executor.start()
            _executor = executor
            atexit.register(stop)


def stop() -> None:
    """Stop the background work; runs that are under way are marked interrupted."""
    global _executor
    with _starting:
        if _executor is not None:
            _executor.stop()
            _executor = None
            atexit.unregister(stop)


def close() -> None:
    """Stop for good, as the process ends: a page that is being drawn at that moment starts nothing again."""
    global _closed
    _closed = True
    stop()


def forecast(config: RunConfig | ExperimentConfig) -> Forecast:
    """What the run is expected to cost on this machine."""
    if isinstance(config, ExperimentConfig):
        return budget.forecast_experiment(config, open_store())
    return budget.forecast(config, open_store())


def submit(config: RunConfig | ExperimentConfig, origin: Origin = "app") -> str:
    """Put a run in the queue.

    Returns:
        The run's id.

    Raises:
        DoesNotFit: if it would need more memory than this machine has left.
        NotAvailable: if its data was deleted.
    """
    own_data.check_here((config.base if isinstance(config, ExperimentConfig) else config).dataset)
    expected = forecast(config)
    budget.check_fits(config, expected, open_store(), _busy())
    run_id = secrets.token_hex(5)
    open_store().add(run_id, config, expected, origin)
    if _executor is not None and origin == "app":
        _executor.wake()
    return run_id


def _busy() -> list[int]:
    """Workers that may still run beside a new run: none where a run starts only when the one before has ended."""
    under_way = open_store().running() if places() > 1 else []
    return [int(process.split("@")[0]) for _, process in under_way]


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
    """Seconds until a waiting run is expected to start, by the forecasts of those before it.

    None where that cannot be said: one of them has no forecast, or takes longer than its own. A forecast counts the
    teacher's training, which those behind the first often find done: the wait is then shorter.
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


def measurements(run_id: str) -> list[Measurement]:
    """What was measured in a run, seed by seed, in the order of its stages."""
    shipped = recorded.find(run_id)
    return shipped.measurements if shipped else open_store().measurements(run_id)


def provenance(run_id: str) -> Provenance | None:
    """Where a run's numbers come from; None if it ended before it could say so."""
    shipped = recorded.find(run_id)
    if shipped:
        return shipped.provenance
    described = open_store().described(run_id)
    return described.provenance if described else None


def list_runs(states: Iterable[RunState] | None = None) -> list[Run]:
    """All runs, or those in the given states, the newest first; after them the recorded ones, which are finished."""
    wanted = None if states is None else tuple(states)
    shipped = [r.run for r in recorded.all_recorded()] if wanted is None or "finished" in wanted else []
    return open_store().list_runs(wanted) + shipped


def unreadable_runs() -> list[Unreadable]:
    """The runs that are stored here and cannot be read, the newest first: they can only be cancelled and deleted."""
    return open_store().unreadable_runs()


def cancel(run_id: str) -> None:
    """Stop a run; it ends within 2 seconds and its events so far stay readable.

    Raises:
        RunNotFound: if there is none with this id.
        NotAllowed: if it has ended, or was started from a command line.
    """
    store = open_store()
    # first, and by the database: a worker may take the run meanwhile, and the run need not be readable
    if store.finish(run_id, "cancelled", "Cancelled while it was waiting.", was=("queued",)):
        return
    if store.request_cancel(run_id):
        if _executor is not None:
            _executor.wake()
        return
    it = run(run_id)
    if it.state in ENDED:
        raise NotAllowed(f"Run {run_id} has already {it.state}.", "Nothing needs to be done.")
    raise NotAllowed(f"Run {run_id} was started from a command line.", "Press Ctrl-C there.")


def delete(run_id: str) -> None:
    """Remove a run that has ended, or that cannot be read and is not running, with its exported files.

    With the last run on own data that was removed goes what was still known of that data.

    Raises:
        RunNotFound: if there is none with this id.
        NotAllowed: if it has not ended, or is a recorded one.
    """
    if recorded.find(run_id):
        raise NotAllowed(f"Run {run_id} is shipped with the app.", "Recorded runs stay.")
    state = open_store().state_of(run_id)
    if state == "queued" and run_id in {unreadable.id for unreadable in unreadable_runs()}:
        cancel(run_id)  # no page does so: they show it as one that can only be deleted
    elif state in UNDER_WAY:
        raise NotAllowed(f"Run {run_id} is {state}.", "Cancel it first.")
    open_store().delete(run_id)
    shutil.rmtree(export_dir(run_id), ignore_errors=True)
    with own_data.moving:
        if not unreadable_runs():  # on which data those were is not known
            descriptions.forget_all_but({it.settings.dataset for it in open_store().list_runs()})


def rerun(run_id: str) -> str:
    """Submit a run's settings again; gives the new run's id.

    An experiment that ended early goes on from the cells that it had measured; one that finished is measured anew.
    """
    return submit(settings_again(run(run_id)))


def settings_again(it: Run) -> RunConfig | ExperimentConfig:
    """What a rerun of a run is submitted with."""
    if it.experiment is None:
        return it.config
    return it.experiment.model_copy(update={"continues": "" if it.state == "finished" else it.id})


def delete_data(name: str) -> None:
    """Delete an own data set, and the teachers that were trained on it: a tokenizer knows its texts' words.

    Runs on it keep their figures, and the weights that they exported.

    Raises:
        NotAvailable: if there is none of this name.
        NotAllowed: while a run on it waits or is under way.
    """
    if name not in own_data.unreadable():
        own_data.check_here(name)
    if name in DATASETS:
        raise NotAllowed(f"The data set {name} is part of the app.", "Only uploaded data can be deleted.")
    using = [it for it in open_store().list_runs() if it.settings.dataset == name]
    under_way = [it.id for it in using if it.state not in ENDED]
    if under_way:
        raise NotAllowed(f"Run {', '.join(under_way)} uses this data set.", "Cancel it, or wait until it has ended.")
    own_data.remove(name, keep_description=bool(using))
    for teacher in cache_dir("teachers").glob(f"*-{name}-*"):
        shutil.rmtree(teacher, ignore_errors=True)


def export_dir(run_id: str) -> Path:
    """Where a run's student weights are (model.safetensors, config.json, README.md); may be empty."""
    return data_dir("exports") / run_id


def summary(run_id: str) -> dict[str, Any]:
    """A finished run in short, as the command line writes it: what was asked, what was measured.

    ``variants`` is what was measured with the first seed, the teacher before the others; ``repeats`` holds the
    same for every seed. ``labels`` are the classes of the test examples that each variant's ``answers`` are for.
    """
    said = [event for _, event in events(run_id)]
    it, measured = run(run_id), measurements(run_id)
    described = next(e for e in said if isinstance(e, Described))
    repeats = [
        {"seed": it.settings.seed + n, "variants": [m.model_dump(mode="json") for m in measured if m.repeat == n]}
        for n in range(it.settings.repeats)
    ]
    return {
        "config": it.config.model_dump(mode="json"),
        "provenance": described.provenance.model_dump(mode="json"),
        "forecast": it.forecast.model_dump(mode="json") if it.forecast else None,
        **next({"seconds": e.seconds, "peak_memory_mb": e.peak_memory_mb} for e in said if isinstance(e, RunFinished)),
        "labels": list(described.labels),
        "variants": repeats[0]["variants"],
        "repeats": repeats,
    }


def experiment_summary(run_id: str) -> dict[str, Any]:
    """A finished experiment in short: what was asked, every cell, what the numbers say."""
    said = [event for _, event in events(run_id)]
    return {
        "config": run(run_id).config.model_dump(mode="json"),
        "provenance": next(e.provenance.model_dump(mode="json") for e in said if isinstance(e, Described)),
        "seconds": next(e.seconds for e in said if isinstance(e, RunFinished)),
        "cells": [e.model_dump(mode="json", exclude={"kind"}) for e in said if isinstance(e, CellFinished)],
        "conclusion": next(e.conclusion.model_dump(mode="json") for e in said if isinstance(e, Concluded)),
    }


def export(run_id: str) -> dict[str, Any]:
    """Everything that is known of a run, as plain values for JSON."""
    it = run(run_id)
    return {
        "run": it.model_dump(mode="json"),
        "events": [e.model_dump(mode="json") for _, e in events(run_id)],
        "measurements": [m.model_dump(mode="json") for m in measurements(run_id)],
    }
