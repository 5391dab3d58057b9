"""The room's limit: what was used longest ago goes first, teachers last, whatever other processes do meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.errors import InvalidConfig
from simulator.host.paths import cache_dir, sweep
from simulator.runs.kept import folders, room

MADE_FROM = {"seed": 0}
SIZE = 1000


def keep(place: str, name: str, used_ago: float) -> Path:
    folder = cache_dir(place) / name
    assert folders.keep(folder, {"model.safetensors": bytes(SIZE)}, MADE_FROM)
    then = time.time() - used_ago
    os.utime(folder / folders.DESCRIPTION_FILE, (then, then))
    return folder


def left() -> set[str]:
    return {folder.name for place in ("stages", "teachers") for folder in cache_dir(place).iterdir()}


def limit(monkeypatch: pytest.MonkeyPatch, folders_kept: float) -> None:
    described = (cache_dir("stages") / "new" / folders.DESCRIPTION_FILE).stat().st_size
    monkeypatch.setenv(room.LIMIT, str(folders_kept * (SIZE + described) / 1e9))


def test_what_was_used_longest_ago_goes_first_and_teachers_last(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, ago in (("old", 30), ("older", 40), ("new", 10)):
        keep("stages", name, ago)
    keep("teachers", "oldest", 90_000)
    keep("teachers", "in use", 60)
    room.make_room()
    assert left() == {"old", "older", "new", "oldest", "in use"}
    limit(monkeypatch, 4)
    room.make_room()
    assert left() == {"old", "new", "oldest", "in use"}
    room.mark_used(cache_dir("stages") / "old")
    limit(monkeypatch, 3)
    room.make_room()
    assert left() == {"old", "oldest", "in use"}
    monkeypatch.setenv(room.LIMIT, "0")
    room.make_room()
    assert left() == {"in use"}


@pytest.mark.parametrize("value", ["-1", "nan", "much", ""])
def test_a_limit_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(room.LIMIT, value)
    with pytest.raises(InvalidConfig, match=room.LIMIT):
        room.limit_bytes()


def test_the_usual_limit_is_four_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(room.LIMIT, raising=False)
    assert room.limit_bytes() == 4e9


def test_a_folder_that_is_gone_is_marked_without_an_error() -> None:
    room.mark_used(cache_dir("stages") / "gone")


WORKER = """
import sys
from simulator.host.paths import cache_dir
from simulator.runs.kept import folders, room
for number in range(30):
    inputs = {"number": number}
    place = cache_dir("stages") / str(number)
    folders.keep(place, {"model.safetensors": bytes(1000)}, inputs)
    room.make_room()
    assert folders.damage(place, inputs) in ("", "kept.json is missing", "model.safetensors is missing")
"""


def worker(**environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WORKER], env={**os.environ, **environment})


def test_two_workers_at_once_keep_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(room.LIMIT, "0.000005")
    both = [worker(), worker()]
    assert [process.wait(120) for process in both] == [0, 0]
    room.make_room()
    assert sum(file.stat().st_size for file in cache_dir("stages").rglob("*.*")) <= 5000
    assert all(folders.damage(folder, {"number": int(folder.name)}) == "" for folder in cache_dir("stages").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed otherwise there")
def test_a_worker_that_is_killed_leaves_only_whole_folders() -> None:
    """At any moment of keeping and making room; what it had not finished is swept away."""
    for wait in (0.3, 0.5, 0.7):
        process = worker(KDPS_KEEP_GB="0.000003")
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        sweep()
        for folder in cache_dir("stages").iterdir():
            assert folders.damage(folder, {"number": int(folder.name)}) == ""
        room.make_room()
