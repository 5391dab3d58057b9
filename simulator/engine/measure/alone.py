"""Lets one run be timed while the other runs of this data folder pause, including those of the command line.

A run that is timed holds a file lock, which the system frees however its process ends. A run that trains checks the
lock between batches.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock

from simulator.engine.measure.others import OthersCpu
from simulator.figures.statistics import BUSY_SHARE
from simulator.host.paths import data_dir

log = logging.getLogger(__name__)

PAUSE_SECONDS = 20.0
"""Nobody waits longer for a lock: neither a training, nor another run that wants to time."""

ASK_SECONDS = 0.25
LOOK_SECONDS = 0.1
QUIET_WITHIN_SECONDS = 2.0
"""A training notices the lock only when its batch is done; a batch of texts takes a second."""


@contextmanager
def timing_alone() -> Iterator[None]:
    """Let the other runs of this data folder pause inside the block, for up to 20 s.

    If another run is timed for longer than that, or other programs are busy, timing begins all the same: the share of
    the processor that others use is recorded with it.
    """
    lock = timing_lock()
    try:
        lock.acquire(timeout=PAUSE_SECONDS, poll_interval=LOOK_SECONDS)
        wait_until_quiet()
    except OSError as error:  # it took too long, or the disk takes no lock
        log.info("Timing while other runs may train: %s", error)
    try:
        yield
    finally:
        lock.release()  # nothing happens if it was not acquired


def wait_until_quiet() -> None:
    """Return as soon as other processes leave the cores alone; after 2 s in any case."""
    until = time.monotonic() + QUIET_WITHIN_SECONDS
    while time.monotonic() < until:
        with OthersCpu() as others:
            time.sleep(LOOK_SECONDS)
        if (others.share or 0.0) <= BUSY_SHARE:
            return


class Pause:
    """Lets a training wait between batches while another run is timed.

    A timing that takes longer than 20 s does not stop the training any further. The seconds that a training waits count
    as its own: they are part of how long its stage took.
    """

    def __init__(self) -> None:
        self._lock = timing_lock()
        self._asked = time.monotonic()
        self._left = PAUSE_SECONDS

    def between_batches(self) -> None:
        """Return when no run is timed. Asks at most four times a second."""
        now = time.monotonic()
        if now - self._asked < ASK_SECONDS:
            return
        try:
            self._lock.acquire(timeout=self._left, poll_interval=LOOK_SECONDS)
        except OSError:  # it took too long, or the disk takes no lock: then nobody can ask for quiet
            self._left = 0.0
        else:
            self._lock.release()
            self._left = PAUSE_SECONDS
        self._asked = time.monotonic()


def timing_lock() -> FileLock:
    """Held by the run that is timed."""
    return FileLock(data_dir() / "timing.lock")
