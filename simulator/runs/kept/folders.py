"""Folders of files that are used again later: written whole or not at all, and checked before they are used.

A folder is written under another name, synced to the disk and only then renamed. So a folder that has its final name is
whole, however its writer ended. Of two writers the first to finish wins: nothing is ever written into a finished
folder. It also holds what it was made from, and the size and SHA-256 of every file.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock

from simulator.figures.numbers import whole
from simulator.host.paths import cache_dir, unfinished

DESCRIPTION_FILE = "kept.json"

Content = bytes | Callable[[Path], object]
"""What a file holds, or what writes it: weights need not be in memory a second time."""


def fingerprint(made_from: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits that change when anything changes that a folder is made from (plain values)."""
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:12]


def keep(folder: Path, files: Mapping[str, Content], made_from: Mapping[str, Any], replace: bool = False) -> bool:
    """Write a folder; of two writers, the first to finish wins.

    Args:
        folder: Its final place; the folder above must exist.
        files: Name -> content.
        made_from: Everything that decides the content, as plain values.
        replace: Whether to replace a folder that is there already.

    Returns:
        Whether the folder now there is the one written here.
    """
    beside = _beside(folder)
    try:
        beside.mkdir()
        sums = {name: _write(beside / name, content) for name, content in files.items()}
        description = json.dumps({"made_from": made_from, "files": sums}, indent=2)
        _write(beside / DESCRIPTION_FILE, description.encode())
        _sync(beside)
        try:
            if replace:  # only now: while the new one is written, others still find the old one
                discard(folder)
            beside.rename(folder)
        except OSError:
            if folder.exists():  # another process was faster; or Windows keeps one that is in use
                return False
            raise
        _sync(folder.parent)
        return True
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def made_from(folder: Path) -> dict[str, Any] | None:
    """What a folder was made from; None if there is none, or if a file is missing or has the wrong size.

    Contents are not read, so a flipped bit is not noticed here. Forecasts use this, since they are asked for often.
    """
    try:
        description = json.loads((folder / DESCRIPTION_FILE).read_text(encoding="utf-8"))
        whole = all((folder / name).stat().st_size == size for name, (size, _) in description["files"].items())
        found = description["made_from"]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):  # gone meanwhile, or damaged
        return None
    return found if whole and isinstance(found, dict) else None


def damage(folder: Path, made_from: Mapping[str, Any]) -> str:
    """What is wrong with a folder that should have been made from this; "" if nothing is. Reads every byte."""
    try:
        description = json.loads((folder / DESCRIPTION_FILE).read_text(encoding="utf-8"))
        if description["made_from"] != json.loads(json.dumps(made_from)):
            return f"{DESCRIPTION_FILE} describes something else"
        wrong = (file_damage(folder / name, *sums) for name, sums in description["files"].items())
        return next(filter(None, wrong), "")
    except FileNotFoundError:
        return f"{DESCRIPTION_FILE} is missing"
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return f"{DESCRIPTION_FILE} cannot be read"


def discard_damaged(folder: Path, made_from: Mapping[str, Any]) -> str:
    """Remove a folder that is damaged; no other process ever sees half of it.

    One process at a time checks and removes, so none removes what another has written anew since the check.

    Returns:
        What was wrong with it; "" if nothing was, or none is there.
    """
    if not folder.exists() or not damage(folder, made_from):
        return ""
    with FileLock(cache_dir("locks") / fingerprint({"folder": str(folder.resolve())})):
        found = damage(folder, made_from) if folder.exists() else ""
        if found:
            discard(folder)
    return found


def discard(folder: Path) -> None:
    """Remove a folder, if it is still there; no other process ever sees half of it."""
    old = _beside(folder, "old-")
    with suppress(FileNotFoundError):
        folder.rename(old)
    shutil.rmtree(old, ignore_errors=True)


def _beside(folder: Path, what: str = "") -> Path:
    """A name beside the folder that is never mistaken for something kept."""
    return folder.with_name(f".{what}{folder.name}{unfinished()}")


def _write(file: Path, content: Content) -> tuple[int, str]:
    """Write a file and sync it to the disk; gives its size and its SHA-256."""
    if not isinstance(content, bytes):
        content(file)
        with file.open("r+b") as stream:
            os.fsync(stream.fileno())
        return file.stat().st_size, sha256_of(file)
    with file.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return len(content), hashlib.sha256(content).hexdigest()


def _sync(folder: Path) -> None:
    """Sync the names in a folder to the disk, where folders can be opened (not on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_damage(file: Path, size: int | None, sha256: str) -> str:
    """What is wrong with a file; "" if nothing is. Reads every byte.

    Args:
        size: The bytes it should have, so that a truncated file is named as such; None if unknown.
    """
    try:
        there = file.stat().st_size
        if size is not None and there != size:
            return f"{file.name} has {whole(there)} of its {whole(size)} bytes"
        same = sha256_of(file) == sha256
    except FileNotFoundError:
        return f"{file.name} is missing"
    except OSError as error:
        return f"{file.name} cannot be read: {error.strerror}"
    return "" if same else f"{file.name} is not what was written: its SHA-256 differs"
