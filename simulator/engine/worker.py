"""The process that carries out one run: ``python -m simulator.engine.worker``, started by the executor.

Its argument is the directory that the server was started in: relative paths in settings mean that one.
It imports torch, waits for one line on standard input, {"run": id}, carries that run out and ends.
When standard input closes, the server is gone, and it ends at once.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from simulator.catalog.models import MODELS
from simulator.data.availability import weights_state_soon
from simulator.errors import RunNotFound
from simulator.events import CellFinished, Described, Downloading, Event, LossPoint, Progress, Provenance, RunFailed
from simulator.experiments.config import ExperimentConfig
from simulator.host.faults import FAULTS, in_words, may_pass
from simulator.host.paths import data_dir
from simulator.runs.database.store import RunState, Store, open_store
from simulator.runs.forecast.memory_advice import MEMORY_ADVICE
from simulator.runs.kept.code import OF_MEASUREMENT, OF_STUDENT, OF_TEACHER, code
from simulator.runs.kept.stages import Keeping

FLUSH_SECONDS = 0.2
PATIENCE_SECONDS = 120.0
AGAIN_SECONDS = 0.5

BROKEN_ADVICE = "This is a fault in the simulator or its installation. Run it again; if it repeats, report the message."


def main() -> None:
    """Wait for one run and carry it out."""
    os.chdir(sys.argv[1])
    leave_interrupts_to_the_server()
    orders = watch_stdin()
    for parts in (OF_TEACHER, OF_STUDENT, OF_MEASUREMENT):
        code(parts)  # of the files as imported now: an update may change them while this process waits
    from simulator.engine import pipeline  # noqa: F401  the warm-up
    from simulator.engine.models import MODULES

    for model in MODELS:
        if not orders.empty():  # libraries that only other models need would take time and memory
            break
        MODULES[model]  # imports its libraries
        weights_state_soon(model)  # a server that does not answer takes 5 s to find out: not while a student waits

    run_id = orders.get()
    try:
        store = open_store()
        store.state_of(run_id)  # nothing could be stored for a run that does not exist
        for _ in carry_out(run_id, store):
            pass
    except FAULTS as error:  # not even that it failed can be stored: the server does so when it can
        sys.exit(str(in_words(error)))


def leave_interrupts_to_the_server() -> None:
    """Ctrl-C reaches every process of a terminal; the server then ends its workers in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def watch_stdin() -> queue.SimpleQueue[str]:
    """Read standard input in the background; the run's id arrives in the queue, the end ends this process."""
    orders: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_watch, args=(sys.stdin.fileno(), orders), daemon=True).start()
    return orders


def _watch(descriptor: int, orders: queue.SimpleQueue[str]) -> None:
    # os.read, not sys.stdin: a thread that holds sys.stdin's lock makes the interpreter abort when it ends
    received = b""
    while chunk := os.read(descriptor, 4096):
        received += chunk
        while b"\n" in received:
            line, received = received.split(b"\n", 1)
            orders.put(json.loads(line)["run"])
    os._exit(1)  # nothing to clean up: writes to the store and the caches are atomic


def carry_out(run_id: str, store: Store, variants_to: Path | None = None) -> Iterator[Event]:
    """Carry out a run that is marked running: store its events, end it in the store, and yield each event.

    A run that breaks ends with a :class:`RunFailed`, stored and yielded; nothing is raised for it.

    Args:
        variants_to: As for :func:`simulator.engine.pipeline.run`; beside the student that every run leaves for its
            notebook.
    """

    def events() -> Iterator[Event]:  # what fails in here ends the run too: a broken installation, unknown settings
        from simulator.engine import experiments, pipeline

        run = store.get(run_id)
        config = run.config
        keeping = Keeping(run_id, anew=run.forecast is not None and run.forecast.anew)
        if isinstance(config, ExperimentConfig):
            yield from experiments.run(config, earlier_cells(config, store), keeping)
        else:
            yield from pipeline.run(config, data_dir("exports") / run_id, variants_to, keeping)

    return record(run_id, store, events())


def earlier_cells(config: ExperimentConfig, store: Store) -> tuple[Provenance, list[CellFinished]] | None:
    """The cells of the run that an experiment continues from, marked as measured there; None if there are none.

    A run that ended before it had taken over its own earlier cells passes those on.
    """
    seen = set[str]()
    while config.continues and config.continues not in seen:
        seen.add(config.continues)
        try:
            earlier = store.get(config.continues)
        except RunNotFound:  # deleted since then: everything is measured again
            return None
        if earlier.origin == "imported":  # its numbers come from a file and cannot be checked
            return None
        if earlier.experiment is None or not same_experiment(earlier.experiment, config):
            return None
        events = [event for _, event in store.events(earlier.id)]
        cells = [
            e.model_copy(update={"measured_in": e.measured_in or earlier.id})
            for e in events
            if isinstance(e, CellFinished)
        ]
        if cells:
            return next(e.provenance for e in events if isinstance(e, Described)), cells
        config = earlier.experiment
    return None


def same_experiment(one: ExperimentConfig, other: ExperimentConfig) -> bool:
    """Whether cells at equal coordinates mean the same; more seeds only add cells."""
    return (one.name, one.base, one.axes) == (other.name, other.base, other.axes)


def record(run_id: str, store: Store, events: Iterator[Event], patience: float = PATIENCE_SECONDS) -> Iterator[Event]:
    """Store what ``events`` yields, yield it again, and end the run as they end.

    Args:
        patience: Seconds for which a database that is locked, or whose disk is full, is tried again.

    Raises:
        SQLAlchemyError: if not even the end of the run could be stored.
    """
    pending = Pending(run_id, store, patience)
    try:
        for event in events:
            pending.add(event)
            yield event
        pending.end("finished")
    except (GeneratorExit, KeyboardInterrupt):  # the consumer of the events stopped, as Ctrl-C does
        pending.end("cancelled", "Stopped before it was complete.")
        raise
    except Exception as error:
        if not isinstance(error, FAULTS):
            traceback.print_exc()
        message, advice = explain(error)
        pending.end("failed", message, advice)
        yield RunFailed(message=message, advice=advice)


def explain(error: Exception) -> tuple[str, str]:
    """What went wrong and what to do, in words for a student."""
    if isinstance(error, FAULTS):
        problem = in_words(error)
        return problem.message, problem.advice
    message = f"{type(error).__name__}: {error}"
    out_of_memory = isinstance(error, MemoryError) or ("alloc" in message and "memory" in message)
    return message, MEMORY_ADVICE if out_of_memory else BROKEN_ADVICE


class Pending:
    """Events on their way to the store, a few at a time.

    Loss points and progress come many times a second, faster than the screen
    refreshes: they wait up to 0.2 s. Everything else, and the first loss point, goes at once.
    While the database is locked, or its disk is full, they wait too, and the run with them: for ``patience``
    seconds since it last took something.
    """

    def __init__(self, run_id: str, store: Store, patience: float = PATIENCE_SECONDS) -> None:
        self.run_id = run_id
        self.store = store
        self.patience = patience
        self.refused_since: float | None = None
        self.waiting: list[Event] = []
        self.flushed_at = time.monotonic()
        self.seen_loss = False

    def add(self, event: Event) -> None:
        """Take an event; store the waiting ones if it is time."""
        self.waiting.append(event)
        can_wait = isinstance(event, Progress | Downloading) or (isinstance(event, LossPoint) and self.seen_loss)
        self.seen_loss = self.seen_loss or isinstance(event, LossPoint)
        if not can_wait or time.monotonic() - self.flushed_at >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Store the waiting events."""
        self._write(lambda: self.store.append(self.run_id, self.waiting))
        self.waiting, self.flushed_at = [], time.monotonic()

    def end(self, state: RunState, message: str = "", advice: str = "") -> None:
        """Store the waiting events, and how the run ended."""
        self.flush()
        self._write(lambda: self.store.finish(self.run_id, state, message, advice))

    def _write(self, transaction: Callable[[], object]) -> None:
        """Each write is whole or not at all, so that a repeated one never stores events twice."""
        while True:
            tried_at = time.monotonic()
            try:
                transaction()
            except SQLAlchemyError as error:
                self.refused_since = self.refused_since or tried_at
                if not may_pass(error) or time.monotonic() - self.refused_since > self.patience:
                    raise
                time.sleep(AGAIN_SECONDS)
            else:
                self.refused_since = None
                return


if __name__ == "__main__":
    main()
