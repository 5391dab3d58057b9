"""The runs of a server as one JSON file, and back: hosted disks do not last, a student's own file does.

Weights are not in it: only what a run was asked, said and measured, and what was written about it. Of own data the
file holds what runs on it need to stay readable (its title and classes), none of its examples.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from simulator import data_descriptions, notes, recorded, service
from simulator.catalog import DATASETS
from simulator.errors import SimulatorError
from simulator.events import EVENT, Event, Measured
from simulator.own_data import OwnData
from simulator.store import ENDED, Run, open_store

FORMAT = "kd-pruning-simulator runs"
LARGEST_MB = 10
PART_CHARACTERS = 5_000_000
"""Of events in one exported file: half of what is read back, for a letter may take several bytes."""

RUN_CHARACTERS = 5_000
"""Of a run beside its events: its settings and how it ended."""

MOST_VALUES = 250_000
"""Objects and lists in a file. 10 MB of real runs hold half as many; a file of nothing but brackets would take more
than twenty times its size in memory."""

MOST_REASONS = 20
SAFE_ID = re.compile("[A-Za-z0-9-]{1,32}")  # an id names a folder of exported files
EXPORT_AGAIN = "Choose a file that this app's Runs page wrote."


@dataclass(frozen=True)
class Imported:
    """What became of the runs in a file: ``refused`` says of each that was not taken why not."""

    added: int
    already_here: int
    refused: tuple[str, ...]


def ended_runs() -> list[Run]:
    """Every run of this server that has ended, the oldest first; not those that are shipped with the app."""
    return [run for run in reversed(service.list_runs(ENDED)) if run.origin != "recorded"]


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

    Of the runs that are shipped with the app only the notes: every copy of the app has the rest.
    """
    chosen = [run for run in ended_runs() if ids is None or run.id in ids]
    used = {run.settings.dataset for run in chosen} - set(DATASETS)
    noted = [*(run.id for run in chosen), *(shipped.run.id for shipped in recorded.all_recorded())]
    document = {
        "format": FORMAT,
        "runs": [_as_json(run) for run in chosen],
        "notes": notes.notes_of(noted),
        "data": [data_descriptions.described(name).model_dump(mode="json") for name in sorted(used)],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _as_json(run: Run) -> dict[str, Any]:
    said = [event.model_dump(mode="json") for _, event in service.events(run.id)]
    return {"run": run.model_dump(mode="json"), "events": said}


def import_history(content: bytes) -> Imported:
    """Add the runs in a file that :func:`export_history` wrote; those that are here already stay as they are.

    An imported run is marked so: its numbers are as good as the file's word, and no forecast rests on them.

    Args:
        content: The file's bytes.

    Raises:
        SimulatorError: if it is not such a file, or is larger than 10 MB.
    """
    if len(content) > LARGEST_MB * 1e6:
        raise SimulatorError(
            f"The file has {len(content) / 1e6:.0f} MB; at most {LARGEST_MB} MB are read.", EXPORT_AGAIN
        )
    document = _document(content)
    refused = [*_bring_data(document.get("data", []))]
    added, already_here = 0, 0
    for number, entry in enumerate(document["runs"], 1):
        try:
            run = _as_imported(Run.model_validate(entry["run"]))
            said = [EVENT.validate_python(event) for event in entry["events"]]
        except (ValidationError, KeyError, TypeError) as error:
            refused.append(f"Run {number} of the file cannot be read: {_first_line(error)}.")
            continue
        if not SAFE_ID.fullmatch(run.id):
            refused.append(f"Run {number} of the file has the id {run.id[:40]!r}: only letters and digits are taken.")
        elif run.state not in ENDED:
            refused.append(f"Run {run.id} is {run.state} in the file: only runs that have ended are taken.")
        elif _measured_twice(said):
            refused.append(f"Run {run.id} has two measurements of one variant and seed in the file.")
        elif recorded.find(run.id) or not open_store().restore(run, said):
            already_here += 1
        else:
            added += 1
    refused += _bring_notes(document.get("notes", {}))
    if len(refused) > MOST_REASONS:
        refused[MOST_REASONS:] = [f"{len(refused) - MOST_REASONS:,} more things of the file cannot be taken."]
    return Imported(added, already_here, tuple(refused))


def _as_imported(run: Run) -> Run:
    """Marked as imported, and without NUL characters, which PostgreSQL keeps in no text."""
    words = {name: getattr(run, name).replace("\0", "") for name in ("message", "advice")}
    return run.model_copy(update={"origin": "imported", "process": None, **words})


def _measured_twice(said: Sequence[Event]) -> bool:
    measured = [(e.measurement.repeat, e.measurement.name) for e in said if isinstance(e, Measured)]
    return len(set(measured)) < len(measured)


def _bring_data(described: Any) -> Iterator[str]:
    """Take what is known of own data that is not here, so that runs on it can be read; says what was not taken."""
    for number, entry in enumerate(described if isinstance(described, list) else (), 1):
        try:
            data_descriptions.take(OwnData.model_validate(entry))
        except (ValidationError, SimulatorError) as error:
            yield f"Own data {number} of the file cannot be read: {_first_line(error)}."


def _bring_notes(written: Any) -> Iterator[str]:
    """Take the notes of runs that are here and have none; what somebody wrote here stays. Says what was not taken."""
    found = written if isinstance(written, dict) else {}
    here = {run.id for run in service.list_runs()} & found.keys()
    for run_id in here - notes.notes_of(here).keys():
        if not isinstance(found[run_id], str):
            yield f"The note of run {run_id} is no text."
            continue
        try:
            notes.write_note(run_id, found[run_id])
        except SimulatorError as error:
            yield f"The note of run {run_id} cannot be taken: {error.message}"


def _document(content: bytes) -> dict[str, Any]:
    if content.count(b"{") + content.count(b"[") > MOST_VALUES:
        raise SimulatorError(f"The file holds more than {MOST_VALUES:,} values, as no history does.", EXPORT_AGAIN)
    try:
        document = json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise SimulatorError("The file cannot be read as JSON.", EXPORT_AGAIN) from None
    known = isinstance(document, dict) and document.get("format") == FORMAT
    if not known or not isinstance(document.get("runs"), list):
        raise SimulatorError("The file is JSON, but not a history of runs.", EXPORT_AGAIN)
    return dict(document)


def _first_line(error: Exception) -> str:
    """What is wrong, in one line; of a record with many faults the first."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return f"{type(error).__name__} {str(error).splitlines()[0] if str(error) else ''}".strip()
