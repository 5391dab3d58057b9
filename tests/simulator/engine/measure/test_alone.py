"""Runs give each other room for timing. Real processes hold the lock here."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch
from filelock import Timeout
from torch import nn

from simulator.engine.datasets.batches import Examples
from simulator.engine.distillation.plan import TrainingPlan
from simulator.engine.distillation.training import Training, train
from simulator.engine.measure import alone
from simulator.engine.measure.alone import Pause, timing_alone, timing_lock
from simulator.engine.measure.latency import measure_in_turns
from simulator.engine.models import MODULES
from simulator.events import LossPoint
from tests.small_models import small_distilbert, token_batch

HOLDER = """
from simulator.engine.measure.alone import timing_lock
with timing_lock():
    print("held", flush=True)
    input()
"""


@contextmanager
def another_run_times() -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock until it is ended."""
    command = [sys.executable, "-c", HOLDER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.fixture
def asks_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "ASK_SECONDS", 0.0)


def seconds_of(pause: Pause) -> float:
    started = time.monotonic()
    pause.between_batches()
    return time.monotonic() - started


def test_a_kill_frees_a_training_that_pauses(asks_always: None) -> None:
    pause = Pause()
    with another_run_times() as timing:
        threading.Timer(1, timing.kill).start()
        waited = seconds_of(pause)
    assert 0.3 < waited < alone.PAUSE_SECONDS - 5
    with timing_lock().acquire(timeout=0):
        pass


def test_a_pause_ends_and_is_not_repeated_while_the_same_timing_goes_on(
    asks_always: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert alone.PAUSE_SECONDS == 20
    monkeypatch.setattr(alone, "PAUSE_SECONDS", 0.6)
    pause = Pause()
    with another_run_times():
        assert seconds_of(pause) >= 0.6
        assert seconds_of(pause) < 0.4
    pause.between_batches()  # nobody times any more
    with another_run_times():
        assert seconds_of(pause) >= 0.6


def test_a_training_asks_only_now_and_then() -> None:
    pause = Pause()
    with another_run_times():
        started = time.monotonic()
        pause._asked = started
        pause.between_batches()
        assert time.monotonic() - started < alone.ASK_SECONDS


def test_a_training_takes_no_step_while_another_run_is_timed(
    asks_always: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "PAUSE_SECONDS", 1.0)
    plan = TrainingPlan(epochs=1, learning_rate=1e-3, batch_size=16, seed=5)
    examples = Examples(token_batch(examples=48), torch.arange(48) % 3)
    steps = (
        event
        for event in train(
            small_distilbert(), Training(MODULES["distilbert"], examples, None, plan, "distil", "control")
        )
        if isinstance(event, LossPoint)
    )
    next(steps)
    with another_run_times():
        started = time.monotonic()
        next(steps)
        assert time.monotonic() - started >= 1
    assert next(steps).step == 3


def test_whoever_times_holds_the_lock_and_waits_for_whoever_times_already(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "QUIET_WITHIN_SECONDS", 0.0)

    def call(model: nn.Module, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        with pytest.raises(Timeout):
            timing_lock().acquire(timeout=0)
        return torch.zeros(1)

    measure_in_turns({"a": nn.Identity()}, call, {}, seconds=0)
    timing_lock().acquire(timeout=0)

    monkeypatch.setattr(alone, "PAUSE_SECONDS", 0.5)
    with another_run_times():
        started = time.monotonic()
        with timing_alone():  # and goes on all the same
            assert time.monotonic() - started >= 0.5


def test_timing_waits_until_the_machine_is_quiet_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "QUIET_WITHIN_SECONDS", 0.5)
    monkeypatch.setattr(alone, "BUSY_SHARE", 1.0)  # never too busy
    started = time.monotonic()
    alone.wait_until_quiet()
    quiet = time.monotonic() - started
    monkeypatch.setattr(alone, "BUSY_SHARE", -1.0)  # always
    started = time.monotonic()
    alone.wait_until_quiet()
    assert quiet < 0.5 <= time.monotonic() - started < 5
