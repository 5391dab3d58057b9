"""What a teacher's name depends on, and what happens to a kept one that is damaged or made twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from simulator.config.run import RunConfig, make_config
from simulator.engine import pipeline
from simulator.engine.distillation import teacher as teacher_room
from simulator.engine.setup import prepare
from simulator.events import Described, Event, Provenance, StageFinished, StageStarted
from simulator.runs.kept import teachers


@pytest.fixture(autouse=True)
def short_teachers(tiny_cnn: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a tiny model, trained for one epoch on the student's 128 examples."""
    shorten(monkeypatch)


def small() -> RunConfig:
    return make_config({"model": "tiny_cnn", "train_examples": 128, "epochs": 1, "weights": "scratch"})


def shorten(patch: pytest.MonkeyPatch) -> None:
    whole = teachers.recipe
    patch.setattr(teachers, "recipe", lambda model, source: replace(whole(model, source), epochs=1))
    patch.setattr(teachers, "MOST_EXAMPLES", 128)


@pytest.fixture(scope="module")
def kept_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one teacher in it."""
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KDPS_DATA_DIR", str(folder))
        carry_out()
    return folder


@pytest.fixture
def kept(data_directory: Path, request: pytest.FixtureRequest) -> Path:
    """The folder of a teacher that a test may spoil."""
    shutil.copytree(request.getfixturevalue("kept_once"), data_directory)  # once the tiny model is registered
    (folder,) = (data_directory / "cache" / "teachers").iterdir()
    return folder


def carry_out() -> list[Event]:
    return list(pipeline.prepare_teacher(small()))


def provenance(events: list[Event]) -> Provenance:
    return next(e.provenance for e in events if isinstance(e, Described))


def trained_examples(events: list[Event]) -> int:
    return next(e.examples for e in events if isinstance(e, StageFinished) and e.stage == "teacher")


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture
def threads_again():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_another_number_of_threads_is_another_teacher(monkeypatch: pytest.MonkeyPatch, threads_again: None) -> None:
    names = set()
    for threads in ("1", "2"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        setup = prepare(small())
        assert torch.get_num_threads() == int(threads)
        names.add(setup.teacher.folder.name)
    assert len(names) == 2


def flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) * 2 // 3] ^= 4
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("model.safetensors", lambda file: os.truncate(file, file.stat().st_size // 2)),
        ("train_logits.safetensors", flip_a_bit),
        ("config.json", Path.unlink),
        ("kept.json", lambda file: os.truncate(file, 0)),
    ],
)
def test_a_damaged_teacher_is_made_anew_once_and_the_run_says_so(
    kept: Path, name: str, spoil: Callable[[Path], None]
) -> None:
    whole = files(kept)
    spoil(kept / name)
    events = carry_out()
    assert trained_examples(events) == 128
    assert name in provenance(events).teacher_damage
    assert "damaged" in next(e.note for e in events if isinstance(e, StageStarted) and e.stage == "teacher")
    assert files(kept) == whole
    again = carry_out()
    assert trained_examples(again) == 0
    assert provenance(again).teacher_damage == ""


RACE = """
import sys, time
from pathlib import Path
import pytest
from tests.simulator.engine.distillation.test_teacher import shorten, small
from simulator.engine import pipeline; from simulator.engine.distillation import teacher
shorten(pytest.MonkeyPatch())
me, other = sys.argv[1:]
keep = teacher.folders.keep
def both_have_trained(folder, files, made_from, replace):
    Path(me).touch()
    while not Path(other).exists():
        time.sleep(0.01)
    print(keep(folder, files, made_from, replace))
teacher.folders.keep = both_have_trained
list(pipeline.prepare_teacher(small()))
"""


def test_of_two_processes_that_train_the_same_teacher_the_first_keeps_it(data_directory: Path, tmp_path: Path) -> None:
    names = [str(tmp_path / "one"), str(tmp_path / "two")]
    processes = [
        subprocess.Popen([sys.executable, "-c", RACE, *order], stdout=subprocess.PIPE, text=True)
        for order in (names, names[::-1])
    ]
    printed = sorted(process.communicate(timeout=300)[0].strip() for process in processes)
    assert [process.returncode for process in processes] == [0, 0]
    assert printed == ["False", "True"]
    (folder,) = (data_directory / "cache" / "teachers").iterdir()  # and nothing beside it
    before = files(folder)
    assert trained_examples(carry_out()) == 0
    assert files(folder) == before


def test_a_kept_teacher_is_not_written_again(kept: Path) -> None:
    """A run that began before another kept the same teacher, and ends after it."""
    setup = prepare(small())
    before = (kept / "model.safetensors").stat()
    list(teacher_room.train_teacher(setup))
    after = (kept / "model.safetensors").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_cache_of_an_earlier_version_is_left_alone(data_directory: Path) -> None:
    """It had its files in folders of the same kind, and a teacher.json beside them."""
    old = data_directory / "cache" / "teachers" / "resnet18-digits-0123456789ab"
    old.mkdir(parents=True)
    (old / "teacher.json").write_text('{"description": {"model": "resnet18"}}')
    (old / "model.safetensors").write_bytes(b"old")
    assert not teachers.is_cached(small())
    assert trained_examples(carry_out()) == 128
    assert teachers.is_cached(small())
    assert (old / "model.safetensors").read_bytes() == b"old"


def test_other_kernels_are_another_processor(monkeypatch: pytest.MonkeyPatch, kept: Path) -> None:
    """What PyTorch or oneDNN is told not to use changes which kernels run, and with them the last digits."""
    assert teachers.is_cached(small())
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    assert not teachers.is_cached(small())
    assert prepare(small()).teacher.folder != kept
