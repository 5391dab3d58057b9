"""How much of the machine other processes use while something is timed."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

import psutil


class OthersCpu:
    """Watches the processors inside a ``with`` block: what was neither idle nor this process's, others used.

    Attributes:
        share: Of all cores, 0 to 1; known when the block has ended.
    """

    def __init__(self) -> None:
        self.share = 0.0
        self._process = psutil.Process()

    def __enter__(self) -> Self:
        self._started, self._not_theirs = time.perf_counter(), self._idle_or_ours()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        there_was = (time.perf_counter() - self._started) * (psutil.cpu_count() or 1)
        used = there_was - (self._idle_or_ours() - self._not_theirs)
        self.share = min(1.0, max(0.0, used / there_was))  # the system counts in ticks of a hundredth of a second

    def _idle_or_ours(self) -> float:
        """Core seconds so far in which nothing ran, or this process did."""
        machine, own = psutil.cpu_times(), self._process.cpu_times()
        return float(machine.idle + getattr(machine, "iowait", 0.0) + own.user + own.system)
