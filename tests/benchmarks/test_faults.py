"""A few real workers and servers are killed in the middle of real runs: nothing is lost, nothing is left over."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.faults import FAULTS, STAGES, VICTIMS, draw

ROOT = Path(__file__).parents[2]


def test_the_moments_are_spread_evenly_and_the_same_for_a_seed() -> None:
    moments = draw(len(STAGES) * len(VICTIMS) * 3, seed=1)
    assert set(Counter((kill.stage, kill.victim) for kill in moments).values()) == {3}
    assert all(0 <= kill.share < 1 for kill in moments)
    assert moments == draw(len(moments), seed=1) != draw(len(moments), seed=2)


@pytest.mark.slow(minutes=2.5)
def test_a_few_kills_lose_nothing_and_leave_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults", "--kills", "6", "--seed", "3"],
        cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert sum(figures["kills"].values()) == 6
    assert {name: figures[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
