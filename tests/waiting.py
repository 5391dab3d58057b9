"""Waiting for what other threads and processes do, and not waiting where it does not matter."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Return as soon as ``condition`` holds; an AssertionError if it does not within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain"
        time.sleep(0.02)


@contextmanager
def timed_briefly() -> Iterator[None]:
    """Time few calls, and wait for no quiet machine: what is measured is real, only its precision is less."""
    from simulator.engine.deploy import stage
    from simulator.engine.measure import alone

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "SECONDS", 0.01)
        patch.setattr(alone, "QUIET_WITHIN_SECONDS", 0.0)
        yield
