"""Submit, cancel and delete runs, for the pages and the command line. Imports no torch."""

from __future__ import annotations

import atexit
import secrets
import shutil
import threading

from simulator.catalog.datasets import DATASETS
from simulator.config import data_rules
from simulator.config.run import RunConfig
from simulator.data import descriptions, own_data
from simulator.errors import NotAllowed
from simulator.experiments.config import ExperimentConfig
from simulator.host.machine import places
from simulator.host.paths import cache_dir
from simulator.runs import archive, recorded
from simulator.runs.database.store import ENDED, Forecast, Origin, Run, open_store
from simulator.runs.executor import Executor, LocalExecutor, is_dispatching
from simulator.runs.forecast import cost

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


def forecast(config: RunConfig | ExperimentConfig, anew: bool = False) -> Forecast:
    """What the run is expected to cost on this machine.

    Args:
        anew: Whether every stage is carried out, also those that are kept.
    """
    if isinstance(config, ExperimentConfig):
        return cost.forecast_experiment(config, open_store(), anew)
    return cost.forecast(config, open_store(), anew)


def submit(config: RunConfig | ExperimentConfig, origin: Origin = "app", anew: bool = False) -> str:
    """Put a run in the queue.

    Args:
        anew: As for :func:`forecast`; the run's record of its forecast tells the worker.

    Returns:
        The run's id.

    Raises:
        DoesNotFit: if it would need more memory than this machine has left.
        NotAvailable: if its data was deleted.
        InvalidConfig: if its settings ask for more than its data has.
    """
    data_rules.check_here(config.settings_of_cells() if isinstance(config, ExperimentConfig) else (config,))
    expected = forecast(config, anew)
    cost.check_fits(config, expected, open_store(), _busy())
    run_id = secrets.token_hex(5)
    open_store().add(run_id, config, expected, origin)
    if _executor is not None and origin == "app":
        _executor.wake()
    return run_id


def _busy() -> list[int]:
    """Workers that may still run beside a new run: none where a run starts only when the one before has ended."""
    under_way = open_store().running() if places() > 1 else []
    return [int(process.split("@")[0]) for _, process in under_way]


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
    run = archive.run(run_id)
    if run.state in ENDED:
        raise NotAllowed(f"Run {run_id} has already {run.state}.", "Nothing needs to be done.")
    raise NotAllowed(f"Run {run_id} was started from a command line.", "Press Ctrl-C there.")


def delete(run_id: str) -> None:
    """Remove a run that has ended, or that cannot be read and is not running, with its exported files.

    If it is the last run on own data that was removed, the description of that data is deleted too.

    Raises:
        RunNotFound: if there is none with this id.
        NotAllowed: if it has not ended, or is a recorded one.
    """
    if recorded.find(run_id):
        raise NotAllowed(f"Run {run_id} is shipped with the app.", "Recorded runs stay.")
    state = open_store().state_of(run_id)
    if state == "queued" and run_id in {unreadable.id for unreadable in archive.unreadable_runs()}:
        cancel(run_id)  # no page does so: they show it as one that can only be deleted
    elif state in UNDER_WAY:
        raise NotAllowed(f"Run {run_id} is {state}.", "Cancel it first.")
    open_store().delete(run_id)
    shutil.rmtree(archive.export_dir(run_id), ignore_errors=True)
    with own_data.moving:
        if not archive.unreadable_runs():  # it is not known which data those used
            descriptions.forget_all_but({run.settings.dataset for run in open_store().list_runs()})


def rerun(run_id: str) -> str:
    """Submit a run's settings again; gives the new run's id.

    An experiment that ended early continues from the cells that it had measured; one that finished is measured anew.
    """
    return submit(settings_again(archive.run(run_id)))


def settings_again(run: Run) -> RunConfig | ExperimentConfig:
    """The settings with which a rerun of a run is submitted."""
    if run.experiment is None:
        return run.config
    return run.experiment.model_copy(update={"continues": "" if run.state == "finished" else run.id})


def delete_data(name: str) -> None:
    """Delete an own data set, and the teachers and students that are kept of it: a tokenizer knows its texts' words.

    Runs on it keep their figures, and the weights that they exported.

    Raises:
        NotAvailable: if there is none of this name.
        NotAllowed: while a run on it waits or is under way.
    """
    if name not in own_data.unreadable():
        own_data.check_here(name)
    if name in DATASETS:
        raise NotAllowed(f"The data set {name} is part of the app.", "Only uploaded data can be deleted.")
    using = [run for run in open_store().list_runs() if run.settings.dataset == name]
    under_way = [run.id for run in using if run.state not in ENDED]
    if under_way:
        raise NotAllowed(f"Run {', '.join(under_way)} uses this data set.", "Cancel it, or wait until it has ended.")
    own_data.remove(name, keep_description=bool(using))
    for place in ("teachers", "stages"):
        for folder in cache_dir(place).glob(f"*-{name}-*"):
            shutil.rmtree(folder, ignore_errors=True)
