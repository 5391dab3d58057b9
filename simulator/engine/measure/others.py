"""Measures how much of the machine other processes use while something is timed."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

import psutil


class OthersCpu:
    """Watches the processors inside a ``with`` block: time that was neither idle nor this process's was used by others.

    Attributes:
        share: Of all cores, 0 to 1, once the block has ended; None if the system counts no processor time, as in
            some sandboxes.
    """

    def __init__(self) -> None:
        self.share: float | None = None
        self._process = psutil.Process()

    def __enter__(self) -> Self:
        self._started, self._counted, self._not_theirs = time.perf_counter(), *self._core_seconds()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        there_was = (time.perf_counter() - self._started) * (psutil.cpu_count() or 1)
        counted, not_theirs = self._core_seconds()
        if counted > self._counted:
            used = there_was - (not_theirs - self._not_theirs)
            self.share = min(1.0, max(0.0, used / there_was))  # the system counts in ticks of a hundredth of a second

    def _core_seconds(self) -> tuple[float, float]:
        """Core seconds that the system has counted so far, and those of them in which this process, or nothing, ran."""
        machine, own = psutil.cpu_times(), self._process.cpu_times()
        return sum(machine), float(machine.idle + getattr(machine, "iowait", 0.0) + own.user + own.system)
