"""The runs of a server as one JSON file, and back: hosted disks do not last, a student's own file does.

Weights are not in it: only each run's settings, events, measurements and note. Of own data the
file holds what runs on it need to stay readable (its title and classes), none of its examples.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from simulator.catalog.datasets import DATASETS
from simulator.data import descriptions
from simulator.errors import UnreadableRun
from simulator.runs import archive, notes, recorded
from simulator.runs.database.store import ENDED, Run, open_store
from simulator.runs.history import file as history_file
from simulator.runs.history.file import FORMAT

PART_CHARACTERS = 5_000_000
"""Of events in one exported file: half of what is read back, because a letter may take several bytes."""

RUN_CHARACTERS = PART_CHARACTERS // history_file.MOST_RUNS
"""Of a run beside its events: its settings and how it ended. So much is counted for every run of a file."""


@dataclass(frozen=True)
class Imported:
    """How many runs of a file were added and how many were here already, and how many notes are of no run here."""

    added: int
    already_here: int
    notes_left_out: int = 0


def ended_runs() -> list[Run]:
    """Every run of this server that has ended, the oldest first; not those that are shipped with the app."""
    return [run for run in reversed(archive.list_runs(ENDED)) if run.origin != "recorded"]


def parts(ids: Sequence[str]) -> list[tuple[str, ...]]:
    """Runs in groups, in their order, each small enough that :func:`import_history` takes the group's file."""
    sizes = open_store().sizes()
    groups, held = [list[str]()], 0
    for run_id in ids:
        size = sizes.get(run_id, 0) + RUN_CHARACTERS
        if groups[-1] and held + size > PART_CHARACTERS:
            groups.append([])
            held = 0
        groups[-1].append(run_id)
        held += size
    return [tuple(group) for group in groups]


def export_history(ids: Collection[str] | None = None) -> str:
    """Runs that have ended, with their events and notes, as JSON: all of them, or those of one of the :func:`parts`.

    Of the runs that are shipped with the app only the notes: every copy of the app has the rest. A run that cannot be
    read is not in it.
    """
    chosen = dict[str, dict[str, Any]]()
    used = set[str]()
    for run in ended_runs():
        if ids is None or run.id in ids:
            with suppress(UnreadableRun):  # the Runs page shows it as unreadable
                chosen[run.id] = _as_json(run)
                used.add(run.settings.dataset)
    noted = [*chosen, *(shipped.run.id for shipped in recorded.all_recorded())]
    document = {
        "format": FORMAT,
        "runs": list(chosen.values()),
        "notes": notes.notes_of(noted),
        "data": [descriptions.described(name).model_dump(mode="json") for name in sorted(used - set(DATASETS))],
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _as_json(run: Run) -> dict[str, Any]:
    events = [event.model_dump(mode="json") for _, event in archive.events(run.id)]
    return {"run": run.model_dump(mode="json"), "events": events}


def import_history(content: bytes) -> Imported:
    """Add the runs in a file that :func:`export_history` wrote; those that are here already stay as they are.

    The file is taken whole or not at all. An imported run is marked as one: its numbers are only as
    trustworthy as the file, and no forecast rests on them. A note that somebody wrote here stays.

    Args:
        content: The file's bytes.

    Raises:
        SimulatorError: if it is no such file, is larger than 10 MB, or holds anything that cannot be taken.
    """
    file = history_file.read(content)
    shipped = {entry.run.id for entry in file.entries if recorded.find(entry.run.id)}
    brought = [(_as_imported(e.run), e.events) for e in file.entries if e.run.id not in shipped]
    here = {run.id for run in archive.list_runs()} | {run.id for run, _ in brought}
    written = {run_id: note for run_id, note in file.notes.items() if run_id in here}
    with descriptions.taken(file.data.values()):
        added = open_store().restore(brought, written)
    return Imported(added, len(file.entries) - added, len(file.notes) - len(written))


def _as_imported(run: Run) -> Run:
    """Marked as imported, and without NUL characters, which PostgreSQL keeps in no text."""
    words = {name: getattr(run, name).replace("\0", "") for name in ("message", "advice")}
    return run.model_copy(update={"origin": "imported", "process": None, **words})
