"""Where things are kept: the platform's data and cache directories, or the folder in KDPS_DATA_DIR."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import platformdirs

from simulator.errors import NotAvailable

APP = "kd-pruning-simulator"


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
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as part:
        part.write(content)
    os.replace(part.name, file)
