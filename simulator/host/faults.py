"""Faults of a disk or a database in one sentence, with what to do: for code that shows errors to people."""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from simulator.errors import SimulatorError, StorageFault

FAULTS = (SimulatorError, OSError, SQLAlchemyError)
"""The errors that :func:`in_words` can explain. Anything else is a fault of this package."""

FULL = "Make room: delete runs, exports or other files. What was measured until then is kept."
READ_ONLY = "See that it may be written to, or set KDPS_DATA_DIR to a folder that may."
LOCKED = "Close the program that has it open (a backup, a database browser), then try again."
DAMAGED = (
    "The database of the runs is damaged.",
    "Stop the server and move the file away, with those beside it that end in -wal and -shm: the next start makes a "
    "new one. What can still be read of the old one is rescued by: sqlite3 OLD .recover | sqlite3 NEW",
)
BROKEN = "See that the disk works, has room and may be written to, then try again."
UNREACHABLE = "See that the database is there and takes what it is sent, then try again."

OF_SQLITE = {
    sqlite3.SQLITE_BUSY: ("The database of the runs is locked by another program.", LOCKED),
    sqlite3.SQLITE_LOCKED: ("The database of the runs is locked by another program.", LOCKED),
    sqlite3.SQLITE_FULL: ("The disk is full.", FULL),
    sqlite3.SQLITE_READONLY: ("The database of the runs may not be written to.", READ_ONLY),
    sqlite3.SQLITE_CANTOPEN: ("The database of the runs cannot be opened for writing.", READ_ONLY),
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
"""By the primary result code, which is the lowest byte of what SQLite says."""

PASSING = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL)


def in_words(error: Exception) -> SimulatorError:
    """One of :data:`FAULTS` as an error that says what happened and what to do; a SimulatorError is one already."""
    if isinstance(error, SimulatorError):
        return error
    if isinstance(error, OSError):
        return StorageFault(*_of_disk(error))
    code = _sqlite_code(error)
    if code in OF_SQLITE:
        return StorageFault(*OF_SQLITE[code])
    message = str(getattr(error, "orig", None) or error).strip().partition("\n")[0].rstrip(".")
    return StorageFault(
        f"The database of the runs does not do what it should: {message}.", UNREACHABLE if code is None else BROKEN
    )


def may_pass(error: SQLAlchemyError) -> bool:
    """Whether the same write may succeed later: the database is locked, or its disk is full."""
    return _sqlite_code(error) in PASSING


def is_damage(error: SQLAlchemyError) -> bool:
    """Whether the database's file is no longer what was written."""
    return _sqlite_code(error) == sqlite3.SQLITE_CORRUPT


def _of_disk(error: OSError) -> tuple[str, str]:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{where}.", FULL
    reason = error.strerror or str(error) or type(error).__name__
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"A file cannot be written or read: {reason}{where}.", READ_ONLY
    return f"The system reports: {reason}{where}.", BROKEN


def _sqlite_code(error: Exception) -> int | None:
    code = getattr(error.orig, "sqlite_errorcode", None) if isinstance(error, DBAPIError) else None
    return None if code is None else code & 0xFF
