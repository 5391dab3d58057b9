"""Kept folders: whole or not there, whatever happens to their writer; and no damage goes unseen."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.host.paths import cache_dir, sweep
from simulator.runs.kept import folders

FILES = {"weights.bin": bytes(range(16)), "config.json": b'{"layers": 2}', "empty.txt": b""}
MADE_FROM = {"model": "resnet18", "threads": 2, "recipe": {"epochs": 3}}

KILLED = """
import json, os, shutil, signal, sys
from pathlib import Path
from simulator.runs.kept import folders
files, made_from, folder = {"a.bin": b"abc", "b.bin": b"def"}, {"model": "resnet18"}, Path(sys.argv[1])
def kill_before(call_number):
    def deadly(call):
        def wrapped(*given, **named):
            nonlocal call_number
            call_number -= 1
            if call_number < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*given, **named)
        return wrapped
    for name in ("mkdir", "fsync", "rename", "open", "close"):
        setattr(os, name, deadly(getattr(os, name)))
    folders._write = deadly(folders._write)
for call_number in range(100):
    child = os.fork()
    if not child:
        kill_before(call_number)
        folders.keep(folder, files, made_from)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    whole = folder.exists() and folders.damage(folder, made_from) == ""
    print(json.dumps([status, folder.exists(), whole]))
    if not status:
        break
    shutil.rmtree(folder, ignore_errors=True)
"""
"""Writes a folder in a process that is killed before its first call that reaches the disk, then its second, ..."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "kept" / "one"
    place.parent.mkdir()
    assert folders.keep(place, FILES, MADE_FROM)
    return place


def test_what_was_kept_is_there_and_whole(folder: Path) -> None:
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    assert folders.damage(folder, MADE_FROM) == ""
    assert folders.made_from(folder) == MADE_FROM
    assert list(folder.parent.iterdir()) == [folder]


def test_a_flipped_bit_of_any_byte_of_any_file_is_seen(folder: Path) -> None:
    """Of the description, where it changes what that says: a space may become another space."""
    described = folder / folders.DESCRIPTION_FILE
    meant = json.loads(described.read_text())
    for file in folder.iterdir():
        content = file.read_bytes()
        for byte in range(len(content)):
            spoiled = bytearray(content)
            spoiled[byte] ^= 1 << byte % 8
            file.write_bytes(spoiled)
            if not (file == described and says(spoiled) == meant):
                assert folders.damage(folder, MADE_FROM), (file.name, byte)
            folders.made_from(folder)  # the forecast lives with it
        file.write_bytes(content)
    assert folders.damage(folder, MADE_FROM) == ""


def says(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return None


@pytest.mark.parametrize("name", [name for name in FILES if FILES[name]] + [folders.DESCRIPTION_FILE])
@pytest.mark.parametrize("spoil", [Path.unlink, lambda f: os.truncate(f, 0), lambda f: os.truncate(f, 5)])
def test_missing_empty_and_truncated_files_are_seen(folder: Path, name: str, spoil: Callable[[Path], None]) -> None:
    spoil(folder / name)
    assert name in folders.damage(folder, MADE_FROM)
    assert folders.made_from(folder) is None
    assert name in folders.discard_damaged(folder, MADE_FROM)
    assert list(folder.parent.iterdir()) == []
    assert folders.discard_damaged(folder, MADE_FROM) == ""  # another run did so just before
    assert folders.keep(folder, FILES, MADE_FROM)


@pytest.mark.parametrize("name", ["empty.txt", folders.DESCRIPTION_FILE])
def test_a_file_that_cannot_be_read_is_damage(folder: Path, name: str) -> None:
    (folder / name).unlink()
    (folder / name).mkdir()
    assert name in folders.damage(folder, MADE_FROM)
    assert name in folders.discard_damaged(folder, MADE_FROM)
    assert folders.keep(folder, FILES, MADE_FROM)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that no disk can read")
@pytest.mark.parametrize("name", ["empty.txt", folders.DESCRIPTION_FILE])
def test_a_file_that_the_disk_cannot_read_is_damage(folder: Path, name: str) -> None:
    (folder / name).unlink()
    (folder / name).symlink_to("/proc/self/mem")  # nothing lies at its first address: EIO
    assert name in folders.discard_damaged(folder, MADE_FROM)
    assert list(folder.parent.iterdir()) == []


def test_of_two_runs_that_find_damage_none_takes_away_what_the_other_has_made_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "weights.bin").unlink()
    looked, remade, taken = threading.Event(), threading.Event(), list[Path]()
    look, rename = folders.damage, Path.rename

    def look_slowly(place: Path, made_from: dict[str, object]) -> str:
        found = look(place, made_from)
        if threading.current_thread().name == "slow":
            looked.set()
            remade.wait(0.5)
        return found

    def watched(place: Path, target: Path) -> Path:
        if place == folder and remade.is_set():
            taken.append(target)
        return rename(place, target)

    monkeypatch.setattr(folders, "damage", look_slowly)
    monkeypatch.setattr(Path, "rename", watched)
    slow = threading.Thread(target=folders.discard_damaged, args=(folder, MADE_FROM), name="slow")
    slow.start()
    looked.wait()
    folders.discard_damaged(folder, MADE_FROM)
    folders.keep(folder, FILES, MADE_FROM)
    remade.set()
    slow.join()
    assert taken == []
    assert look(folder, MADE_FROM) == ""
    assert list(folder.parent.iterdir()) == [folder]


def test_what_another_run_has_made_anew_while_the_damage_was_looked_for_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = folders.damage
    (folder / "weights.bin").unlink()

    def look_slowly(place: Path, made_from: dict[str, object]) -> str:
        found = look(place, made_from)
        if place == folder:
            shutil.rmtree(folder)
            assert folders.keep(folder, FILES, MADE_FROM)
        return found

    monkeypatch.setattr(folders, "damage", look_slowly)
    assert folders.discard_damaged(folder, MADE_FROM) == ""
    assert look(folder, MADE_FROM) == ""
    assert list(folder.parent.iterdir()) == [folder]


@given(st.binary(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(
    lambda value: json.dumps({"made_from": value, "files": value}).encode()))  # fmt: skip
def test_any_description_is_read_without_an_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "odd"
    folder.mkdir(exist_ok=True)
    (folder / folders.DESCRIPTION_FILE).write_bytes(content)
    assert folders.damage(folder, MADE_FROM)
    assert isinstance(folders.made_from(folder), dict | None)


def test_the_first_to_finish_stays(folder: Path) -> None:
    before = (folder / "weights.bin").stat()
    assert not folders.keep(folder, {"weights.bin": b"other"}, MADE_FROM)
    after = (folder / "weights.bin").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert list(folder.parent.iterdir()) == [folder]


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        folders.keep(tmp_path / "one", FILES, MADE_FROM)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows opens no folders")
def test_every_file_and_both_folders_are_forced_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forced, fsync = set[int](), os.fsync
    monkeypatch.setattr(os, "fsync", lambda opened: (forced.add(os.fstat(opened).st_ino), fsync(opened)))
    place = tmp_path / "one"
    folders.keep(place, FILES, MADE_FROM)
    assert forced == {kept.stat().st_ino for kept in (*place.iterdir(), place, tmp_path)}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are made otherwise here")
def test_a_writer_that_is_killed_leaves_nothing_that_is_taken_for_whole() -> None:
    one_thread = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # a process with several cannot be forked safely
    tmp_path = cache_dir("teachers")
    command = [sys.executable, "-c", KILLED, str(tmp_path / "one")]
    printed = subprocess.run(command, env=one_thread, stdout=subprocess.PIPE, check=True).stdout
    *killed, last = [json.loads(line) for line in printed.splitlines()]
    assert last == [0, True, True]
    assert len(killed) > 10
    assert all(status == signal.SIGKILL and there == whole for status, there, whole in killed)
    assert len(list(tmp_path.iterdir())) > 1
    sweep()
    assert list(tmp_path.iterdir()) == [tmp_path / "one"]


def test_a_fingerprint_changes_with_everything() -> None:
    changes = [{"model": "t5_small"}, {"threads": 1}, {"recipe": {"epochs": 4}}, {"new": None}]
    assert len({folders.fingerprint({**MADE_FROM, **change}) for change in [{}, *changes]}) == 5


def test_another_takes_the_place_of_one_that_is_there_only_where_that_is_asked(tmp_path: Path) -> None:
    place = tmp_path / "one"
    assert folders.keep(place, {"weights": b"old"}, MADE_FROM)
    assert not folders.keep(place, {"weights": b"new"}, MADE_FROM)
    assert (place / "weights").read_bytes() == b"old"
    assert folders.keep(place, {"weights": b"new"}, MADE_FROM, replace=True)
    assert (place / "weights").read_bytes() == b"new" and not folders.damage(place, MADE_FROM)
    assert list(place.parent.iterdir()) == [place]
