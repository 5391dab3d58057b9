"""What a student writes about a run: plain text, kept beside the run. Recorded runs may have a note, too."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from simulator.errors import SimulatorError
from simulator.figures.numbers import whole
from simulator.runs import archive
from simulator.runs.database.store import open_store

LONGEST = 4_000
"""Characters: about two pages, enough for what a run has taught."""


TURNING = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
"""Characters that turn the direction of what follows them, so that it reads as something else (Unicode Standard Annex
9, section 2). Hebrew and Arabic need none of them to be read from the right."""


def note(run_id: str) -> str:
    """What was written about a run; empty if nothing was."""
    return notes_of([run_id]).get(run_id, "")


def notes_of(run_ids: Iterable[str]) -> dict[str, str]:
    """Run id -> its note, of those runs that have one."""
    return open_store().notes.of(run_ids)


def write_note(run_id: str, text: str) -> None:
    """Keep a note in place of the one before; an empty one removes it.

    Raises:
        RunNotFound: if there is no such run.
        SimulatorError: if it is longer than 4,000 characters.
    """
    open_store().notes.write(archive.run(run_id).id, plain(text))


def plain(text: str) -> str:
    """A note as it is kept: lines end alike; control characters, those that turn the text, and white space at its
    ends are gone.

    Raises:
        SimulatorError: if it is too long.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        c for c in lines if c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in TURNING)
    ).strip()
    if len(kept) > LONGEST:
        raise SimulatorError(
            f"The note has {whole(len(kept))} characters; at most {whole(LONGEST)} are kept.",
            "Shorten it, or keep a file.",
        )
    return kept
