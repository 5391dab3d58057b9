"""Where a run executes: a process of its own, started and watched from here. Imports no torch.

One thread, the dispatcher, owns every worker, so nothing here needs a lock. Workers are handed a run
through their standard input; when this process ends, however it ends, that closes and they end too.
"""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from typing import IO, Protocol

import psutil

from simulator.host.faults import FAULTS, in_words
from simulator.host.machine import WORKER_MODULE, is_alive, keeps_warm, places, process_name, threads
from simulator.host.paths import PACKAGE, sweep
from simulator.runs.database.store import RunState, Store
from simulator.runs.forecast.memory_advice import MEMORY_ADVICE

log = logging.getLogger(__name__)

DISPATCHER = "kdps-dispatcher"
WORKER = (sys.executable, "-m", WORKER_MODULE)
LOOK_SECONDS = 0.25
ORPHANS_SECONDS = 5.0
PAUSE_SECONDS = 2.0
GRACE_SECONDS = 1.0
NICENESS = 10
LAST_WORDS = 2_000  # characters of a dead worker's standard error
WARNING = re.compile(r"^[WI]\d{4} [\d:.]+ .*\n|^\S+:\d+: \w*Warning: .*\n(?:  .*\n)?", re.MULTILINE)
"""Warnings of torch and Python on standard error; they end no process."""

RERUN_ADVICE = "Its events so far are kept. Rerun it with the same settings from the Runs page."
CRASH_ADVICE = "Run it again; if it fails again, report the message."


class Executor(Protocol):
    """Carries out the runs that are queued in a store."""

    def start(self) -> None:
        """Begin; runs that an earlier server left half done are marked interrupted."""

    def stop(self) -> None:
        """End; runs under way are marked interrupted."""

    def wake(self) -> None:
        """Look at the queue now."""


class LocalExecutor:
    """Runs on this machine, ``KDPS_WORKERS`` (default 1) at a time, first come first served.

    One worker waits with torch imported while a place is free, where there is memory for it or ``KDPS_WARM`` is 1;
    it counts as one of the ``KDPS_WORKERS``, so that a small machine never holds two torch processes.

    Args:
        store: The runs. All servers on one database must be on one machine: they tell dead runs by their process.
        command: Starts a worker that speaks :mod:`simulator.engine.worker`'s protocol.

    Raises:
        InvalidConfig: if KDPS_WORKERS is not a whole number above 0, or KDPS_WARM not 0, 1 or auto.
    """

    def __init__(self, store: Store, command: Sequence[str] = WORKER) -> None:
        self._store = store
        self._command = tuple(command)
        self._places = places()
        self._keep_warm = keeps_warm()
        self._active: list[Worker] = []
        self._spare: Worker | None = None
        self._looked_for_orphans = time.monotonic()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._dispatch, name=DISPATCHER, daemon=True)

    def start(self) -> None:
        """Mark what an earlier server left half done as interrupted, then carry out the queue in the background."""
        sweep()
        self._mark_orphans()
        self._thread.start()

    def wake(self) -> None:
        """Look at the queue now, not at the next regular look."""
        self._wake.set()

    def stop(self) -> None:
        """End the workers; their runs are marked interrupted. Takes a second or two at most."""
        self._stopping.set()
        self._wake.set()
        self._thread.join()
        for worker in (*self._active, *filter(None, [self._spare])):
            worker.end()
        for worker in self._active:
            try:
                self._end(worker.run_id, "interrupted", "The server was stopped.", RERUN_ADVICE)
            except FAULTS as error:  # the next server marks it
                log.error("Run %s: %s", worker.run_id, in_words(error))
        self._spare, self._active = None, []

    # -- the dispatcher's thread

    def _dispatch(self) -> None:
        reported = ""
        while not self._stopping.is_set():
            try:
                self._look()
                reported = ""
            except Exception as error:
                # Without this thread no run would ever start or end again. A locked database or a full disk may be
                # well again soon; until then every look would only repeat the message.
                problem = str(in_words(error)) if isinstance(error, FAULTS) else ""
                if not problem or problem != reported:
                    again = "The dispatcher could not do its work; it tries again every %g s. %s"
                    log.error(again, PAUSE_SECONDS, problem, exc_info=None if problem else error)
                reported = problem
                self._stopping.wait(PAUSE_SECONDS)
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()

    def _look(self) -> None:
        self._stop_cancelled()
        self._collect_ended()
        if time.monotonic() - self._looked_for_orphans > ORPHANS_SECONDS:
            self._mark_orphans()
        self._check_spare()
        self._fill_places()

    def _stop_cancelled(self) -> None:
        active: dict[str, Worker] = {worker.run_id: worker for worker in self._active}
        requests = self._store.cancel_requests(active) if active else []
        for run_id in requests:
            active[run_id].end()
            self._end(run_id, "cancelled", "Cancelled by the user.")
            self._active.remove(active[run_id])

    def _collect_ended(self) -> None:
        for worker in [w for w in self._active if w.process.poll() is not None]:
            message, advice = worker.cause_of_death()
            if self._end(worker.run_id, "failed", message, advice):
                log.error("Run %s: %s", worker.run_id, message)
            worker.close()
            self._active.remove(worker)

    def _mark_orphans(self) -> None:
        """End runs whose process is gone: a server before this one was killed, or one beside it."""
        self._looked_for_orphans = time.monotonic()
        mine = {worker.run_id for worker in self._active}
        for run_id, process in self._store.running():
            if run_id not in mine and not is_alive(process):
                self._end(run_id, "interrupted", "The server ended during this run.", RERUN_ADVICE)

    def _end(self, run_id: str, state: RunState, message: str, advice: str = "") -> bool:
        """End a run whose process is gone, and delete what it had not finished; False if it had ended before."""
        ended = self._store.finish(run_id, state, message, advice)
        if ended:
            sweep()
        return ended

    def _check_spare(self) -> None:
        """A spare that died by itself is not replaced until a run comes and can report why: the next would die too."""
        if self._spare is not None and self._spare.process.poll() is not None:
            log.error("A waiting worker ended: %s", self._spare.cause_of_death()[0])
            self._spare.close()
            self._spare, self._keep_warm = None, False

    def _fill_places(self) -> None:
        while len(self._active) < self._places and self._store.is_waiting():
            worker = self._spare or self._start_worker()
            self._spare = worker  # until it is certain that it gets the run
            run_id = self._store.claim_next(worker.name)
            if run_id is None:  # another server was faster
                break
            self._spare = None
            self._active.append(worker)
            worker.hand_over(run_id)
        if self._keep_warm and self._spare is None and len(self._active) < self._places:
            self._spare = self._start_worker()

    def _start_worker(self) -> Worker:
        return Worker(self._command)


class Worker:
    """A process that waits for one run, carries it out and ends.

    Args:
        command: Starts it.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.run_id = ""
        # without a name, so that nothing is left behind however this process ends
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by close()
        self.process = subprocess.Popen(
            [*command, os.getcwd()],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            cwd=PACKAGE.parent,
            env=_environment(),
        )
        give_way(self.process)
        self.name = process_name(self.process.pid)

    def hand_over(self, run_id: str) -> None:
        """Give it its run. If it has just died, that shows at the next look, like every other death."""
        self.run_id = run_id
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps({"run": run_id}).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:  # a broken pipe; Windows says "invalid argument"
            log.warning("Run %s was handed to a worker that had just ended.", run_id)

    def end(self) -> None:
        """End it now, with force if it has not ended after a second."""
        self.process.terminate()
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.close()

    def close(self) -> None:
        """Let go of the pipe and the file of a worker that has ended."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.close()
        except OSError:
            log.debug("Worker %s ended before it had read its line.", self.name)
        self._errors.close()

    def cause_of_death(self) -> tuple[str, str]:
        """Why a worker ended before its run did, as far as is known, and what to do."""
        code = self.process.returncode
        if code == -getattr(signal, "SIGKILL", 9):
            return "The run's process was killed by the system: probably out of memory.", MEMORY_ADVICE
        how = f"exit code {code}"
        if code < 0:
            how = f"signal {next((s.name for s in signal.Signals if s == -code), -code)}"  # real-time ones have no name
        words = self._last_words()
        ending = f" Its last words: {words}" if words else ""
        return f"The run's process ended by itself with {how}.{ending}", CRASH_ADVICE

    def _last_words(self) -> str:
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - LAST_WORDS))
        return WARNING.sub("", self._errors.read().decode(errors="replace") + "\n").strip()


def is_dispatching() -> bool:
    """Whether runs are carried out behind this process already.

    The thread tells, not a variable: where files are watched, Streamlit imports every module anew when one changes.
    """
    return any(thread.name == DISPATCHER for thread in threading.enumerate())


def give_way(process: subprocess.Popen[bytes]) -> None:
    """Lower a worker's priority before its first import: pages are drawn meanwhile."""
    worker = psutil.Process(process.pid)
    if sys.platform == "win32":
        worker.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        worker.nice(psutil.Process().nice() + NICENESS)


def _environment() -> dict[str, str]:
    """A worker is told its threads: numerical libraries see the machine's cores, not a container's quota."""
    return {**os.environ, "OMP_NUM_THREADS": str(threads())}
