"""A few real workers and servers are killed in the middle of real runs: nothing is lost, nothing is left over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from benchmarks.faults import (
    FAULTS,
    STAGES,
    START,
    VICTIMS,
    WHOLE_EXPORT,
    Kill,
    Losses,
    Scene,
    draw,
    is_whole,
    left_over,
    stage_of,
    tells_its_end,
)
from simulator.config.run import make_config
from simulator.events import StageFinished, StageStarted
from simulator.host.machine import process_name
from simulator.host.paths import cache_dir, unfinished
from simulator.runs import archive
from simulator.runs.database.store import Store

ROOT = Path(__file__).parents[2]


def test_the_moments_are_spread_evenly_and_the_same_for_a_seed() -> None:
    moments = draw(len(STAGES) * len(VICTIMS) * 3, seed=1)
    assert set(Counter((kill.stage, kill.victim) for kill in moments).values()) == {3}
    assert all(0 <= kill.share < 1 for kill in moments)
    assert moments == draw(len(moments), seed=1) != draw(len(moments), seed=2)


def test_the_stage_under_way_is_told_from_the_events() -> None:
    begun = (1, StageStarted(stage="teacher", note=""))
    ended = (2, StageFinished(stage="teacher", seconds=1.0, peak_memory_mb=1.0))
    assert stage_of([]) == START
    assert stage_of([begun]) == "teacher"
    assert stage_of([begun, ended]) == "after teacher"


@pytest.mark.parametrize(
    ("message", "advice", "is_told"), [("It was killed.", "Start it again.", True), ("", "", False)]
)
def test_a_killed_run_must_say_what_happened_and_what_to_do(
    store: Store, message: str, advice: str, is_told: bool
) -> None:
    store.add("run", make_config({}), None)
    store.start("run", process_name())
    store.finish("run", "interrupted", message, advice)
    events = store.events("run")
    assert tells_its_end(store.get("run"), events) is is_told
    assert not tells_its_end(store.get("run"), events[:-1])


@pytest.fixture
def usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """The content of a folder for temporary files that no other process uses."""
    folder = tmp_path / "temporary"
    (folder / "of-torch").mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return set(folder.iterdir())


def test_half_files_are_found_and_those_that_a_living_process_makes_are_not(usual: set[Path]) -> None:
    half, temporary = cache_dir("teachers") / "half.part", Path(tempfile.gettempdir(), "forgotten")
    (cache_dir("teachers") / f"being-made{unfinished()}").touch()
    assert left_over("run", usual) == []
    half.touch()
    temporary.touch()
    assert set(left_over("run", usual)) == {str(half), str(temporary)}


def test_an_export_is_whole_with_all_its_files_to_the_last_byte(usual: set[Path]) -> None:
    export = archive.export_dir("run")
    export.mkdir(parents=True)
    for name in WHOLE_EXPORT:
        (export / name).touch()
    for file in export.glob("*.safetensors"):
        save_file({"weight": np.ones(100, dtype=np.float32)}, file)
    assert is_whole(export) and left_over("run", usual) == []
    weights = export / "model.safetensors"
    os.truncate(weights, weights.stat().st_size - 1)
    assert not is_whole(export) and left_over("run", usual) == [f"{export} is not whole"]
    save_file({}, weights)
    (export / "load.py").unlink()
    assert not is_whole(export)


def test_whatever_is_found_counts_as_one_fault() -> None:
    losses = Losses()
    losses.count("runs lost", False, "run")
    losses.count("files left over", ["a", "b"], "run")
    assert losses.counted == {**dict.fromkeys(FAULTS, 0), "files left over": 1}


def test_a_kill_that_came_too_late_comes_sooner_the_next_time(store: Store) -> None:
    store.add("run", make_config({}), None)
    store.start("run", process_name())
    store.finish("run", "finished")
    scene = Scene.__new__(Scene)  # without a server: nothing is killed
    scene.store, scene.seconds = store, {"measure": 0.1}
    assert not scene.strike(Kill("worker", "measure", 0.9), "run", Losses())
    assert scene.seconds["measure"] < 0.1


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
