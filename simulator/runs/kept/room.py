"""How much disk space kept stages may take: when it is used up, the least recently used are deleted first.

Teachers go last, since they take longest to train; one that was used within the last hour stays, since a run may be
about to read it.
"""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock

from simulator.errors import InvalidConfig
from simulator.host.paths import cache_dir
from simulator.runs.kept import folders

log = logging.getLogger(__name__)

LIMIT = "KDPS_KEEP_GB"
USUAL_GB = "4"
SPARED_SECONDS = 3600


class Entry(NamedTuple):
    """A kept folder; sorts in the order in which folders are deleted."""

    is_teacher: bool
    used_at: float
    size: int
    folder: Path


def limit_bytes() -> float:
    """How many bytes kept stages may take: ``KDPS_KEEP_GB``, in units of 1,000,000,000 bytes.

    Raises:
        InvalidConfig: if that is not a number from 0.
    """
    value = os.environ.get(LIMIT, USUAL_GB)
    try:
        gigabytes = float(value)
    except ValueError:
        gigabytes = math.nan
    if not gigabytes >= 0:
        raise InvalidConfig(
            f"{LIMIT} is {value!r}.",
            "It must be a number from 0; 0 keeps no stages of students, and teachers for an hour.",
        )
    return gigabytes * 1e9


def mark_used(folder: Path) -> None:
    """Note that a kept folder is used now; if that cannot be written, it is only deleted earlier."""
    with suppress(OSError):
        os.utime(folder / folders.DESCRIPTION_FILE)


def keep(folder: Path, files: Mapping[str, folders.Content], made_from: Mapping[str, Any], replace: bool) -> None:
    """Keep a folder as :func:`folders.keep` does, and make room for it; a failure is logged and ends no run."""
    try:
        folders.keep(folder, files, made_from, replace)
        make_room()
    except OSError as error:
        log.warning("%s cannot be kept, or space for it cannot be freed: %s", folder.name, error)


def make_room() -> None:
    """Delete kept folders until they take no more than the limit; one process at a time does so."""
    most = limit_bytes()
    with FileLock(cache_dir("locks") / "room"):
        kept = sorted([*_entries("stages", False), *_entries("teachers", True)])
        excess = sum(entry.size for entry in kept) - most
        for entry in kept:
            if excess <= 0:
                return
            if not (entry.is_teacher and time.time() - entry.used_at < SPARED_SECONDS):
                with suppress(OSError):  # Windows keeps what is in use
                    folders.discard(entry.folder)
                    excess -= entry.size


def _entries(place: str, is_teacher: bool) -> list[Entry]:
    """What is kept in a place, except what another process is writing or deleting."""
    found = []
    for folder in cache_dir(place).iterdir():
        with suppress(FileNotFoundError, NotADirectoryError):
            used_at = (folder / folders.DESCRIPTION_FILE).stat().st_mtime
            size = sum(file.stat().st_size for file in folder.iterdir())
            if not folder.name.startswith("."):
                found.append(Entry(is_teacher, used_at, size, folder))
    return found
