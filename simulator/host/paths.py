"""Where things are kept: the platform's data and cache directories, or the folder in KDPS_DATA_DIR."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

from simulator.errors import NotAvailable
from simulator.host.machine import is_alive, process_name

APP = "kd-pruning-simulator"
PACKAGE = Path(__file__).resolve().parents[1]
"""This package's folder; ``python -m simulator`` works in the one above, wherever the app was started."""
UNFINISHED = re.compile(r"\.(\d+@.+)\.part$")
"""How the name of a file or folder ends that is not whole yet, with the process that makes it."""


def data_dir(*parts: str) -> Path:
    """A folder for what must be kept (runs, exports), made if it is not there.

    Raises:
        NotAvailable: if it cannot be made.
    """
    base = os.environ.get("KDPS_DATA_DIR") or platformdirs.user_data_dir(APP)
    return _made(Path(base, *parts))


def cache_dir(*parts: str) -> Path:
    """A folder for what can be made or fetched again (teachers, data sets), made if it is not there."""
    base = os.environ.get("KDPS_DATA_DIR")
    return _made(Path(base, "cache", *parts) if base else Path(platformdirs.user_cache_dir(APP), *parts))


def _made(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotAvailable(
            f"The folder {str(path)!r} cannot be made: {error.strerror}.",
            "Set KDPS_DATA_DIR to a folder that may be written to.",
        ) from error
    return path


def write_whole(file: Path, content: bytes) -> None:
    """Write ``file`` whole or not at all: a cancelled run leaves no half of it, and another run reads none."""
    part = tempfile.NamedTemporaryFile(dir=file.parent, suffix=unfinished(), delete=False)  # noqa: SIM115  below
    try:
        with part:
            part.write(content)
        os.replace(part.name, file)
    except BaseException:
        with suppress(OSError):  # the error that stopped the writing is raised, and sweep deletes the part
            os.unlink(part.name)
        raise


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to fill, which takes the place of ``folder`` if the block ends without an error: whole or not at all."""
    part = folder.with_name(f"{folder.name}{unfinished()}")
    part.mkdir(parents=True)
    try:
        yield part
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for files that nobody needs after the block."""
    with tempfile.TemporaryDirectory(dir=cache_dir(), suffix=unfinished()) as folder:
        yield Path(folder)


def sweep() -> None:
    """Delete what processes that were killed had not finished; they could not do so themselves.

    Files that cannot be deleted stay until the next time, so a server starts on a read-only disk too.
    """
    for base in (data_dir(), cache_dir()):
        for folder, folders, files in os.walk(base):
            for name in filter(_is_abandoned, folders):
                shutil.rmtree(Path(folder, name), ignore_errors=True)
            for name in filter(_is_abandoned, files):
                with suppress(OSError):
                    Path(folder, name).unlink()


def _is_abandoned(name: str) -> bool:
    made_by = UNFINISHED.search(name)
    return made_by is not None and not is_alive(made_by[1])


def unfinished() -> str:
    """How the name of a file or folder ends while this process makes it: :func:`sweep` deletes it if that is killed."""
    return f".{process_name()}.part"
