"""Folders of files that are used again later: written whole or not at all, and checked before they are used.

A folder is written beside its place, forced to the disk and only then renamed to its place, so however its writer ends,
what is there is whole. The first to finish a folder stays: nothing is ever written into one that is there. It also
holds what it was made from, and the size and SHA-256 of every file. What a run leaves for its own pages carries a seal
instead: the SHA-256 of every file. Imports no torch.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from filelock import FileLock

from simulator.host.paths import cache_dir, unfinished, write_whole

DESCRIPTION_FILE = "kept.json"
SUMS_FILE = "SHA256SUMS"
SUMS = re.compile(r"([0-9a-f]{64})  ([^\n]+)\n")


def fingerprint(made_from: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits that change whenever anything does that a folder is made from (plain values)."""
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:12]


def keep(folder: Path, files: Mapping[str, bytes], made_from: Mapping[str, Any]) -> bool:
    """Write a folder; of two that do so at once, the first to finish stays.

    Args:
        folder: Its place; the folder above it is there.
        files: Name -> content.
        made_from: Everything that decides the content, as plain values.

    Returns:
        Whether this folder is the one that is now there.
    """
    beside = _beside(folder)
    try:
        beside.mkdir()
        for name, content in files.items():
            _write(beside / name, content)
        sums = {name: [len(content), hashlib.sha256(content).hexdigest()] for name, content in files.items()}
        description = json.dumps({"made_from": made_from, "files": sums}, indent=2)
        _write(beside / DESCRIPTION_FILE, description.encode())
        _sync(beside)
        try:
            beside.rename(folder)
        except OSError:
            if folder.exists():
                return False
            raise
        _sync(folder.parent)
        return True
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def made_from(folder: Path) -> dict[str, Any] | None:
    """What a folder was made from; None where there is none, or one that is plainly not whole.

    Contents are not read, so a flipped bit goes unseen here: for forecasts, which are asked for often.
    """
    try:
        description = json.loads((folder / DESCRIPTION_FILE).read_text(encoding="utf-8"))
        whole = all((folder / name).stat().st_size == size for name, (size, _) in description["files"].items())
        found = description["made_from"]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):  # gone meanwhile, or damaged
        return None
    return found if whole and isinstance(found, dict) else None


def damage(folder: Path, made_from: Mapping[str, Any]) -> str:
    """What is wrong with a folder that should be made from this, every byte of it read; "" if it is whole."""
    try:
        description = json.loads((folder / DESCRIPTION_FILE).read_text(encoding="utf-8"))
        if description["made_from"] != json.loads(json.dumps(made_from)):
            return f"{DESCRIPTION_FILE} describes something else"
        wrong = (_damage(folder / name, *sums) for name, sums in description["files"].items())
        return next(filter(None, wrong), "")
    except FileNotFoundError:
        return f"{DESCRIPTION_FILE} is missing"
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return f"{DESCRIPTION_FILE} cannot be read"


def discard_damaged(folder: Path, made_from: Mapping[str, Any]) -> str:
    """Remove a folder that is not as it was written; nobody finds half of it meanwhile.

    One process at a time looks and removes, so none takes away what another has made anew since it looked.

    Returns:
        What was wrong with it; "" if nothing was, or none is there.
    """
    if not folder.exists() or not damage(folder, made_from):
        return ""
    with FileLock(cache_dir("locks") / fingerprint({"folder": str(folder.resolve())})):
        found = damage(folder, made_from) if folder.exists() else ""
        if found:
            beside = _beside(folder)
            folder.rename(beside)
            shutil.rmtree(beside, ignore_errors=True)
    return found


def seal(folder: Path) -> None:
    """Write the SHA-256 of every file in a folder beside them, as ``sha256sum --check`` reads it."""
    sums = "".join(f"{_sha256(file)}  {file.name}\n" for file in sorted(folder.iterdir()) if file.is_file())
    write_whole(folder / SUMS_FILE, sums.encode())


def broken_seal(folder: Path, names: Collection[str] = ()) -> str:
    """What is wrong with the files of a folder, every byte of them read; "" if nothing is.

    Runs of earlier versions left no seal: theirs cannot be checked.

    Args:
        names: Only of these files; empty for all.
    """
    try:
        written = (folder / SUMS_FILE).read_text(encoding="ascii")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError):
        written = ""
    sums = {name: digest for digest, name in SUMS.findall(written)}
    if not sums or SUMS.sub("", written):
        return f"{SUMS_FILE} cannot be read"
    if unknown := [name for name in names if name not in sums]:
        return f"{SUMS_FILE} does not know {unknown[0]}"
    return next(filter(None, (_damage(folder / name, None, sums[name]) for name in names or sums)), "")


def broken_seal_as_last_read(folder: Path) -> str:
    """The same of all files, which are read again only once one has changed: for pages, which ask often."""
    try:
        return _last_read(folder, tuple((file.stat().st_size, file.stat().st_mtime_ns) for file in folder.iterdir()))
    except OSError as error:
        return f"it cannot be read: {error.strerror}"


@lru_cache(maxsize=256)
def _last_read(folder: Path, stamps: tuple[tuple[int, int], ...]) -> str:
    return broken_seal(folder)


def _beside(folder: Path) -> Path:
    """A name in the same folder under which nothing is taken for kept."""
    return folder.with_name(f".{folder.name}{unfinished()}")


def _write(file: Path, content: bytes) -> None:
    with file.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    """Force the names in a folder to the disk, where the system lets folders be opened (Windows does not)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _damage(file: Path, size: int | None, sha256: str) -> str:
    try:
        there = file.stat().st_size
        if size is not None and there != size:
            return f"{file.name} has {there:,} of its {size:,} bytes"
        same = _sha256(file) == sha256
    except FileNotFoundError:
        return f"{file.name} is missing"
    except OSError as error:
        return f"{file.name} cannot be read: {error.strerror}"
    return "" if same else f"{file.name} is not what was written: its SHA-256 differs"
