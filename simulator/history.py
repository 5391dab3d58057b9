"""The runs of a server as one JSON file, and back: hosted disks do not last, a student's own file does.

Weights are not in it: only what a run was asked, said and measured, and what was written about it. Of own data the
file holds what runs on it need to stay readable (its title and classes), none of its examples.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from simulator import data_descriptions, notes, recorded, service
from simulator.catalog import DATASETS
from simulator.errors import SimulatorError
from simulator.events import EVENT
from simulator.own_data import OwnData
from simulator.store import ENDED, Run, open_store

FORMAT = "kd-pruning-simulator runs"
LARGEST_MB = 50
SAFE_ID = re.compile("[A-Za-z0-9-]{1,32}")  # an id names a folder of exported files
EXPORT_AGAIN = "Choose a file that this app's Runs page wrote."


@dataclass(frozen=True)
class Imported:
    """What became of the runs in a file: ``refused`` says of each that was not taken why not."""

    added: int
    already_here: int
    refused: tuple[str, ...]


def export_history() -> str:
    """Every run of this server that has ended, with its events and its note, as JSON.

    Of the runs that are shipped with the app only the notes: every copy of the app has the rest.
    """
    ended = service.list_runs(ENDED)
    own = [run for run in reversed(ended) if run.origin != "recorded"]
    used = {run.settings.dataset for run in own} - set(DATASETS)
    data = [data_descriptions.described(name).model_dump(mode="json") for name in sorted(used)]
    written = notes.notes_of(run.id for run in ended)
    return json.dumps({"format": FORMAT, "runs": [_as_json(run) for run in own], "notes": written, "data": data})


def _as_json(run: Run) -> dict[str, Any]:
    said = [event.model_dump(mode="json") for _, event in service.events(run.id)]
    return {"run": run.model_dump(mode="json"), "events": said}


def import_history(content: bytes) -> Imported:
    """Add the runs in a file that :func:`export_history` wrote; those that are here already stay as they are.

    An imported run is marked so: its numbers are as good as the file's word, and no forecast rests on them.

    Args:
        content: The file's bytes.

    Raises:
        SimulatorError: if it is not such a file, or is larger than 50 MB.
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
            run = Run.model_validate(entry["run"]).model_copy(update={"origin": "imported", "process": None})
            said = [EVENT.validate_python(event) for event in entry["events"]]
        except (ValidationError, KeyError, TypeError) as error:
            refused.append(f"Run {number} of the file cannot be read: {_first_line(error)}.")
            continue
        if not SAFE_ID.fullmatch(run.id):
            refused.append(f"Run {number} of the file has the id {run.id[:40]!r}: only letters and digits are taken.")
        elif run.state not in ENDED:
            refused.append(f"Run {run.id} is {run.state} in the file: only runs that have ended are taken.")
        elif recorded.find(run.id) or not open_store().restore(run, said):
            already_here += 1
        else:
            added += 1
    refused += _bring_notes(document.get("notes", {}))
    return Imported(added, already_here, tuple(refused))


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
    try:
        document = json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise SimulatorError(f"The file is not JSON: {_first_line(error)}.", EXPORT_AGAIN) from None
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
