"""What is written whole or not at all, and what a killed process leaves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.host.paths import cache_dir, data_dir, scratch_folder, sweep, whole_folder, write_whole

WRITER = """
import sys
from simulator.host.paths import cache_dir, data_dir, scratch_folder, whole_folder, write_whole
with whole_folder(data_dir("exports") / "run") as export, scratch_folder():
    write_whole(export / "model.safetensors", b"weights")
    (data_dir("exports") / f"a{export.name.removeprefix('run')}").touch()  # killed before it was renamed
    print(flush=True)
    sys.stdin.read()
"""


def files() -> list[str]:
    return sorted(path.name for base in (data_dir(), cache_dir()) for path in base.rglob("*") if path.is_file())


def test_what_a_killed_process_had_not_finished_is_swept_and_what_a_live_one_makes_is_not() -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert writer.stdin and writer.stdout
    writer.stdout.readline()
    made = files()
    assert len(made) > 1
    sweep()
    assert files() == made
    writer.kill()
    writer.communicate()
    sweep()
    assert files() == []
    assert not list(data_dir("exports").iterdir())
    assert not list(cache_dir().glob("*.part"))


def test_a_file_that_cannot_be_written_whole_is_not_there_and_leaves_no_part(tmp_path: Path) -> None:
    write_whole(tmp_path / "kept", b"before")
    with pytest.raises(TypeError):
        write_whole(tmp_path / "kept", "text")  # type: ignore[arg-type]
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        write_whole(tmp_path / "folder", b"a file cannot take the place of a folder")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "data") == ["folder", "kept"]
    assert (tmp_path / "kept").read_bytes() == b"before"


def test_what_stopped_a_file_is_said_even_where_its_part_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()

    def deleted(*_: object) -> None:
        shutil.rmtree(folder)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", deleted)
    with pytest.raises(OSError, match="No space left"):
        write_whole(folder / "weights", b"x")


def test_a_folder_is_whole_or_not_there(tmp_path: Path) -> None:
    target = tmp_path / "export"
    with pytest.raises(FileNotFoundError), whole_folder(target) as folder:
        (folder / "half" / "file").touch()
    assert not list(tmp_path.iterdir())
    for name in ("first", "second"):
        with whole_folder(target) as folder:
            (folder / name).touch()
    assert [path.name for path in target.iterdir()] == ["second"]


def test_a_scratch_folder_is_gone_afterwards() -> None:
    with scratch_folder() as folder:
        (folder / "something").touch()
    assert not folder.exists()
