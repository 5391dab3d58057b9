"""Measures the highest memory of this process while something runs."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import psutil
import torch

from simulator.host.machine import MB, held_bytes

EVERY_SECONDS = 0.05


class PeakMemory:
    """Watches this process's memory, 20 times a second, inside a ``with`` block.

    Only what the system cannot take back counts, where it says so: on Linux not the files that are mapped, among them
    libraries of some hundred MB and models that wait on the disk. If CUDA is used, its peak allocation is added.

    Attributes:
        mb: The peak so far, in MiB.
    """

    def __init__(self) -> None:
        self.mb = 0.0
        self._done = threading.Event()
        self._process = psutil.Process()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        if torch.cuda.is_available():
            torch.cuda.reset_peak_memory_stats()
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._done.wait(EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        cuda = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0
        self.mb = max(self.mb, (held_bytes(self._process) + cuda) / MB)
