"""How many threads a run of a model computes with: decided once on a kind of machine, then kept. Imports no torch."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path

import psutil

from simulator.host.machine import cores, places, processor
from simulator.host.paths import data_dir, unfinished

WORTH = 4 / 3
"""Twice as many threads must train so many times as fast; else the cores do more for other runs and programs."""


def threads(model: str) -> int | None:
    """``OMP_NUM_THREADS``; or else what was decided for this model; None while that is still to be measured.

    The load of the moment never changes it: equal numbers need equal threads.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if asked.isdecimal() and int(asked):
        return int(asked)
    if most_threads() == 1:
        return 1
    file = _file(model)
    return int(json.loads(file.read_bytes())["threads"]) if file.exists() else None


def most_threads() -> int:
    """This run's share of the cores.

    Runs that go on at once share them. The two halves of a hyper-threaded core share what multiplies, so they count as
    one. Of a container's quota only whole cores count.
    """
    multiplying = min(cores(), psutil.cpu_count(logical=False) or math.inf)
    return max(1, int(multiplying / places()))


def fewest_worth_it(seconds: Mapping[int, float]) -> int:
    """The number of threads beyond which twice as many gain less than a third.

    Args:
        seconds: What a training step takes on 1, 2, 4, ... threads.
    """
    chosen, *more = sorted(seconds)
    for number in more:
        if seconds[chosen] / seconds[number] < WORTH:
            break
        chosen = number
    return chosen


def keep(model: str, seconds: Mapping[int, float]) -> int:
    """Keep what was measured, and decide by it; of two processes that do so at once, the first decides for both.

    Args:
        seconds: As for :func:`fewest_worth_it`.

    Returns:
        The number of threads that is decided.
    """
    file, decided = _file(model), fewest_worth_it(seconds)
    part = file.with_name(f"{file.name}{unfinished()}")
    content = {"model": model, "processor": processor(), "threads": decided, "seconds_of_a_step": seconds}
    part.write_text(json.dumps(content, indent=2), encoding="utf-8")
    try:
        os.link(part, file)  # unlike a replacement, this fails if it is there
    except FileExistsError:
        decided = int(json.loads(file.read_bytes())["threads"])
    finally:
        part.unlink()
    return decided


def _file(model: str) -> Path:
    kind = hashlib.sha256(f"{processor()}, {most_threads()} cores".encode()).hexdigest()[:12]
    return data_dir("threads") / f"{model}-{kind}.json"
