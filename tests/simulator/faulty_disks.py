"""Real disks that fail: small ones, ones that became read-only, and a database's file that was written over.

The disks need root and a system that lets it mount; without that, the test is skipped.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from simulator.runs.database.store import Store

PAGE = 4096


@contextmanager
def small_disk(at: Path, size: str = "2m") -> Iterator[Path]:
    """A disk of ``size`` at a new folder."""
    at.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at))
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder with what is in it, which nobody may write to."""
    _mount("--bind", str(folder), str(folder))
    try:
        _mount("-o", "remount,bind,ro", str(folder))
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Fill a disk to its last byte; gives the file that does."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue
    return ballast


def damage(store: Store, first: float = 0.0, last: float = 1.0) -> None:
    """Write over a part of a SQLite file's pages; over the first, which describes the tables, never."""
    with store.engine.connect() as connection:
        connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    store.close()
    file = Path(store.engine.url.database or "")
    pages = file.stat().st_size // PAGE - 1
    with file.open("r+b") as opened:
        opened.seek((1 + int(pages * first)) * PAGE)
        opened.write(os.urandom(int(pages * (last - first)) * PAGE))


def _mount(*arguments: str) -> None:
    try:
        subprocess.run(["mount", *arguments], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this test needs root and the right to mount: {error}")
