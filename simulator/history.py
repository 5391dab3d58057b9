"""The runs of a server as one JSON file, and back: hosted disks do not last, a student's own file does.

Weights are not in it: only what a run was asked, said and measured.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from simulator import recorded, service
from simulator.errors import SimulatorError
from simulator.events import EVENT, Event, Measured
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
    """Runs that have ended, with their events, as JSON: all of them, or those of one of the :func:`parts`."""
    chosen = [run for run in ended_runs() if ids is None or run.id in ids]
    document = {"format": FORMAT, "runs": [_as_json(run) for run in chosen]}
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
    added, already_here, refused = 0, 0, list[str]()
    for number, entry in enumerate(_entries(content), 1):
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
    if len(refused) > MOST_REASONS:
        refused[MOST_REASONS:] = [f"{len(refused) - MOST_REASONS:,} more runs of the file cannot be taken."]
    return Imported(added, already_here, tuple(refused))


def _as_imported(run: Run) -> Run:
    """Marked as imported, and without NUL characters, which PostgreSQL keeps in no text."""
    words = {name: getattr(run, name).replace("\0", "") for name in ("message", "advice")}
    return run.model_copy(update={"origin": "imported", "process": None, **words})


def _measured_twice(said: Sequence[Event]) -> bool:
    measured = [(e.measurement.repeat, e.measurement.name) for e in said if isinstance(e, Measured)]
    return len(set(measured)) < len(measured)


def _entries(content: bytes) -> Sequence[Any]:
    if content.count(b"{") + content.count(b"[") > MOST_VALUES:
        raise SimulatorError(f"The file holds more than {MOST_VALUES:,} values, as no history does.", EXPORT_AGAIN)
    try:
        document = json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise SimulatorError(f"The file is not JSON: {_first_line(error)}.", EXPORT_AGAIN) from None
    entries = document.get("runs") if isinstance(document, dict) and document.get("format") == FORMAT else None
    if not isinstance(entries, list):
        raise SimulatorError("The file is JSON, but not a history of runs.", EXPORT_AGAIN)
    return entries


def _first_line(error: Exception) -> str:
    """What is wrong, in one line; of a record with many faults the first."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return f"{type(error).__name__} {str(error).splitlines()[0] if str(error) else ''}".strip()
