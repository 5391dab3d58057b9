"""The content of a file of runs, read and checked whole: a file is taken as it is or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError, model_validator
from pydantic_core import from_json

from simulator.catalog.datasets import DATASETS
from simulator.config import data_rules
from simulator.data import descriptions, own_data
from simulator.data.own_data import OwnData
from simulator.data.uploads.csv_file import plain
from simulator.errors import InvalidConfig, NotAvailable, SimulatorError
from simulator.events import CellFinished, Concluded, Described, Event, Measured, Measurement, RunFinished, Swept
from simulator.events.fields import Record
from simulator.figures.numbers import day, size, whole
from simulator.runs import notes
from simulator.runs.earlier import config_of_today, event_of_today
from simulator.runs.records import ENDED, Run

FORMAT = "kd-pruning-simulator runs"
PARTS = {"format", "runs", "notes", "data"}
LARGEST_BYTES = 10_000_000
MOST_RUNS = 1_000
MOST_VALUES = 250_000
"""Objects and lists in a file. 10 MB of real runs hold half as many; a file of nothing but brackets would take more
than twenty times its size in memory."""

LONGEST_TEXT = 100_000
SAFE_ID = re.compile("[A-Za-z0-9-]{1,32}")  # an id names a folder of exported files
CLOCKS_DIFFER = timedelta(days=1)
ADVICE = "Nothing was taken from the file. Choose one that this app's Runs page wrote."


class Entry(Record):
    """One run with all its events."""

    run: Run
    events: tuple[Event, ...]

    @model_validator(mode="before")
    @classmethod
    def in_words_of_today(cls, entry: Any) -> Any:
        """A file of an earlier version is read, too."""
        if not isinstance(entry, dict):
            return entry
        run, events = entry.get("run"), entry.get("events")
        if isinstance(run, dict):
            entry = {**entry, "run": {**run, "config": config_of_today(run.get("config"))}}
        if isinstance(events, list):
            entry = {**entry, "events": [event_of_today(event) for event in events]}
        return entry

    @model_validator(mode="after")
    def check_whole(self) -> Self:
        """Refuse a run that no server of this app can have: its records fit each other, or a page would break."""
        run = self.run
        if not SAFE_ID.fullmatch(run.id):
            raise ValueError(f"the id {run.id[:40]!r} is not 1 to 32 letters, digits and hyphens")
        if run.state not in ENDED:
            raise ValueError(f"run {run.id} is {run.state}, and only runs that have ended are taken")
        if run.created_at > datetime.now(UTC) + CLOCKS_DIFFER:
            raise ValueError(f"run {run.id} was made on {day(run.created_at)}, which is still to come")
        if run.state == "finished" and not any(isinstance(event, RunFinished) for event in self.events):
            raise ValueError(f"run {run.id} has finished, but its end is missing")
        if run.experiment:
            self._check_cells()
        self._check_measured([event.measurement for event in self.events if isinstance(event, Measured)])
        return self

    def _check_measured(self, measured: list[Measurement]) -> None:
        described = [event for event in self.events if isinstance(event, Described)]
        for description in described:
            if any(name != plain(name) for name in description.class_names):
                raise ValueError(f"run {self.run.id} has a class whose name no data set can have")
        if measured and len(described) != 1:
            raise ValueError(f"run {self.run.id} has measurements, but not one description of its data and machine")
        for m in measured:
            classes, labels = len(described[0].class_names), described[0].labels
            if len(m.confusion) != classes or (labels and (len(labels) != m.test_examples or max(labels) >= classes)):
                raise ValueError(f"the measurement of {m.name} in run {self.run.id} is of other classes or examples")
            if m.repeat >= self.run.settings.repeats:
                raise ValueError(f"run {self.run.id} has a measurement of seed {m.repeat + 1}, which it does not have")
        answered = {m.repeat: m.test_examples for m in measured if m.name == "distilled"}
        self._check_swept([event for event in self.events if isinstance(event, Swept)], answered)
        keys = [(m.repeat, m.name) for m in measured]
        if len(set(keys)) < len(keys):
            raise ValueError(f"run {self.run.id} has two measurements of one variant and seed")

    def _check_swept(self, swept: list[Swept], answered: Mapping[int, int]) -> None:
        """Check the sweeps over sparsities: pages average them over the seeds, from the unpruned student on.

        Args:
            answered: Seed -> the test examples that its distilled student answered.
        """
        if any(of_seed.examples > answered.get(of_seed.repeat, 0) for of_seed in swept):
            raise ValueError(f"run {self.run.id} tried sparsities on more examples than it measured")
        if len({of_seed.repeat for of_seed in swept}) < len(swept):
            raise ValueError(f"run {self.run.id} has two sweeps over sparsities of one seed")
        asked = {(of_seed.examples, *(p.target_sparsity for p in of_seed.points)) for of_seed in swept}
        if len(asked) > 1:
            raise ValueError(
                f"the sparsities that run {self.run.id} tried, or their examples, differ between its seeds"
            )
        if any(of_seed.points[0].target_sparsity for of_seed in swept):
            raise ValueError(f"a sweep over sparsities of run {self.run.id} does not begin with the unpruned student")

    def _check_cells(self) -> None:
        run, experiment = self.run, self.run.experiment
        if experiment is None:
            return
        cells = [event for event in self.events if isinstance(event, CellFinished)]
        places = experiment.places()
        if places is not None and any((cell.at, cell.seed) not in places for cell in cells):
            raise ValueError(f"run {run.id} has a cell that its settings do not ask for")
        answers = [event.conclusion.answer for event in self.events if isinstance(event, Concluded)]
        if any(answer and answer not in experiment.entry.predictions for answer in answers):
            raise ValueError(f"run {run.id} has an answer that its experiment does not know")
        if run.state == "finished" and not (answers and cells):
            raise ValueError(f"run {run.id} has finished, but its conclusion is missing")


@dataclass(frozen=True)
class HistoryFile:
    """The content of a file.

    Attributes:
        notes: Run id -> what was written about it; of runs that are shipped with the app, too.
        data: Name -> what is known of own data that runs of the file used.
    """

    entries: tuple[Entry, ...]
    notes: Mapping[str, str]
    data: Mapping[str, OwnData]


def read(content: bytes) -> HistoryFile:
    """A file that :func:`simulator.runs.history.export_history` wrote.

    Args:
        content: The file's bytes.

    Raises:
        SimulatorError: if it is no such file, is too large, or anything in it cannot be read or cannot be true.
    """
    document = _document(content)
    data = _data(document.get("data", []))
    entries = tuple(_entry(number, entry, data) for number, entry in enumerate(document["runs"], 1))
    ids, used = [entry.run.id for entry in entries], {entry.run.settings.dataset for entry in entries}
    if len(set(ids)) < len(ids):
        raise SimulatorError("The file holds two runs of one id.", ADVICE)
    if data.keys() - used:
        raise SimulatorError("The file describes data that none of its runs used.", ADVICE)
    return HistoryFile(entries, _notes(document.get("notes", {})), data)


def _document(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST_BYTES:
        raise SimulatorError(f"The file has {size(len(content))}; at most {size(LARGEST_BYTES)} are read.", ADVICE)
    if content.count(b"{") + content.count(b"[") > MOST_VALUES:
        raise SimulatorError(f"The file holds more than {whole(MOST_VALUES)} values, as no history does.", ADVICE)
    try:
        document = from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise SimulatorError(f"The file cannot be read as JSON: {error}.", ADVICE) from None
    if not (isinstance(document, dict) and document.get("format") == FORMAT and isinstance(document.get("runs"), list)):
        raise SimulatorError("The file is JSON, but not a history of runs.", ADVICE)
    if unknown := sorted(document.keys() - PARTS):
        raise SimulatorError(f"The file has a part {unknown[0][:40]!r}, which this version does not know.", ADVICE)
    if len(document["runs"]) > MOST_RUNS:
        raise SimulatorError(
            f"The file holds {whole(len(document['runs']))} runs; at most {whole(MOST_RUNS)} are taken at a time.",
            ADVICE,
        )
    if isinstance(data := document.get("data"), list) and len(data) > len(document["runs"]):
        raise SimulatorError("The file describes more own data sets than it has runs.", ADVICE)
    if (longest := max(map(len, _texts(document)))) > LONGEST_TEXT:
        raise SimulatorError(
            f"A text in the file has {whole(longest)} characters; at most {whole(LONGEST_TEXT)} are taken.", ADVICE
        )
    return document


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in (*value, *value.values()) if isinstance(value, dict) else value:
            yield from _texts(part)


def _data(described: Any) -> dict[str, OwnData]:
    try:
        data = TypeAdapter(list[OwnData]).validate_python(described)
        for known in data:
            descriptions.check(known)
    except (ValidationError, SimulatorError) as error:
        raise SimulatorError(f"The own data of the file cannot be read: {reason(error)}.", ADVICE) from None
    return {known.name: known for known in data}


def _entry(number: int, entry: Any, data: Mapping[str, OwnData]) -> Entry:
    try:
        read = Entry.model_validate(entry)
        _check_own_data(read.run, data)
        return read
    except (ValidationError, SimulatorError) as error:
        raise SimulatorError(f"Run {number} of the file cannot be read: {reason(error)}.", ADVICE) from None


def _check_own_data(run: Run, data: Mapping[str, OwnData]) -> None:
    """Own data of a run must be known, here or in the file, and go with the run's settings."""
    name = run.settings.dataset
    if name in DATASETS:
        return  # the settings were checked against it already
    known = own_data.record(name) or data.get(name)
    if known is None:
        raise NotAvailable(f"its dataset {name!r} is neither in the file nor here")
    try:
        for settings in run.experiment.settings_of_cells() if run.experiment else (run.settings,):
            data_rules.check_data(settings, known.info())
    except ValueError as error:
        raise InvalidConfig(str(error)) from None


def _notes(written: Any) -> dict[str, str]:
    try:
        found = TypeAdapter(dict[str, str]).validate_python(written)
        return {run_id: note for run_id, text in found.items() if (note := notes.plain(text))}
    except (ValidationError, SimulatorError) as error:
        raise SimulatorError(f"The notes of the file cannot be taken: {reason(error)}.", ADVICE) from None


def reason(error: ValidationError | SimulatorError) -> str:
    """What is wrong, in one line; of a record with many faults the first."""
    if isinstance(error, SimulatorError):
        return error.message.rstrip(".")
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{where}: {message}" if where else message
