"""A worker that speaks the real protocol through the real helpers, without torch: the seed says how it behaves."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time
from collections.abc import Iterator

from simulator.engine import worker
from simulator.errors import NotAvailable
from simulator.events import Event, LossPoint, RunFinished
from simulator.host.paths import data_dir, scratch_folder, whole_folder, write_whole
from simulator.runs.database.store import open_store

QUICK, ENDLESS, STUBBORN, ILL_BRED, REFUSING, EXITING, EXPORTING, WARNED = range(8)


def behave(how: int) -> Iterator[Event]:
    yield loss(1)
    if how == STUBBORN:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if how == ILL_BRED:
        raise ValueError("seven is not six")
    if how == REFUSING:
        raise NotAvailable("SST-2 cannot be reached.", "Choose reviews.")
    if how == EXITING:
        print("the last thing I saw", file=sys.stderr, flush=True)
        os._exit(3)
    if how == WARNED:
        print(
            "W1128 04:57:58.745000 28416 torch/utils/cpp_extension.py:183] No CUDA runtime is found",
            "/venv/torch/nn/modules.py:7: UserWarning: this is slow",
            "  warnings.warn(slow)",
            "the cause",
            "W1128 04:57:59.745000 28416 torch/other.py:1] and no other",
            sep="\n", file=sys.stderr, flush=True,
        )  # fmt: skip
        os._exit(3)
    if how == EXPORTING:
        with whole_folder(data_dir("exports") / "run") as folder, scratch_folder():
            write_whole(folder / "model.safetensors", b"weights")
            yield from endless()
    if how in (ENDLESS, STUBBORN):
        yield from endless()
    yield RunFinished(seconds=0.1, peak_memory_mb=10)


def endless() -> Iterator[Event]:
    for step in itertools.count(2):
        time.sleep(0.02)
        yield loss(step)


def loss(step: int) -> LossPoint:
    return LossPoint(variant="distilled", step=step, epoch=0.1, total=1.0, hard=1.0, learning_rate=0.1)


if __name__ == "__main__":
    worker.leave_interrupts_to_the_server()
    run_id = worker.watch_stdin().get()
    store = open_store()
    for _ in worker.record(run_id, store, behave(store.get(run_id).config.seed)):
        pass
