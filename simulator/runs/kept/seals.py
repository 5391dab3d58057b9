"""The seal on the files that a run leaves for its own pages: their SHA-256, so that damage is noticed."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from simulator.host.paths import write_whole
from simulator.runs.kept.folders import file_damage, sha256_of

SUMS_FILE = "SHA256SUMS"
SUMS = re.compile(r"([0-9a-f]{64})  ([^\n]+)\n")


def seal(folder: Path) -> None:
    """Write the SHA-256 of every file in a folder beside them, as ``sha256sum --check`` reads it."""
    sums = "".join(f"{sha256_of(file)}  {file.name}\n" for file in sorted(folder.iterdir()) if file.is_file())
    write_whole(folder / SUMS_FILE, sums.encode())


def broken_seal(folder: Path, names: Collection[str] = ()) -> str:
    """What is wrong with the files of a folder; "" if nothing is. Reads every byte.

    Runs of earlier versions left no seal: their files cannot be checked.

    Args:
        names: The files to check; empty for all.
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
    return next(filter(None, (file_damage(folder / name, None, sums[name]) for name in names or sums)), "")


def broken_seal_as_last_read(folder: Path) -> str:
    """The same for all files, but they are read again only when one has changed: pages ask often."""
    try:
        return _last_read(folder, tuple((file.stat().st_size, file.stat().st_mtime_ns) for file in folder.iterdir()))
    except OSError as error:
        return f"it cannot be read: {error.strerror}"


@lru_cache(maxsize=256)
def _last_read(folder: Path, stamps: tuple[tuple[int, int], ...]) -> str:
    return broken_seal(folder)
