"""Notices when the file of a SQLite database is no longer the one that was opened."""

from __future__ import annotations

import os
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy import Engine

from simulator.errors import StorageFault

GONE_ADVICE = (
    "Stop the server, put the folder back where it was, and start the server again. Without it, the next start makes "
    "a new, empty database."
)


def insist_on(engine: Engine) -> None:
    """Refuse every later use of a SQLite database whose file was moved, deleted or replaced.

    A process that has the file open could continue to write to it, and nobody else would ever see that.

    Args:
        engine: Its database must be there already. A database server or a database in memory is left alone.
    """
    path = engine.url.database
    opened = _identity(path) if engine.dialect.name == "sqlite" and path else None
    if path is None or opened is None:
        return

    def check(*_: object) -> None:
        if _identity(path) != opened:
            raise StorageFault(f"The database of the runs is no longer where it was: {path}.", GONE_ADVICE)

    sa.event.listen(engine, "do_connect", check)  # SQLite would make a new file
    sa.event.listen(engine, "checkout", check)


def _identity(path: str) -> tuple[int, int] | None:
    """Device and inode: a file keeps them under any name."""
    with suppress(OSError):
        status = os.stat(path)
        return status.st_dev, status.st_ino
    return None
