"""Data sets that students bring: where they are kept, what is known of them, and all data sets in one list.

An own data set is a folder ``own/own-<hash8>`` in the data directory: ``info.json`` and its examples
(:mod:`simulator.data.own_examples`). Nothing in it is ever executed. The checks that come before are in
:mod:`simulator.data.uploads`. Imports no torch.
"""

from __future__ import annotations

import logging
import re
import shutil
import threading
import unicodedata
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from simulator.catalog.datasets import DATASETS, DatasetInfo
from simulator.catalog.model_info import Kind
from simulator.catalog.models import MODELS
from simulator.data import own_examples
from simulator.errors import NotAvailable, SimulatorError
from simulator.events.fields import MomentText, Record, Whole
from simulator.figures.numbers import whole
from simulator.host.paths import data_dir, write_whole

log = logging.getLogger(__name__)

NAME = re.compile(r"own-[0-9a-f]{8}")
SPLITS = ("train", "validation", "test")
INFO_FILE = "info.json"

LABEL_WORDS = tuple(
    "apple ball cat dog egg fish green house ice jump king lamp moon night ocean paper queen river sun tree".split()
)
"""What T5 answers for class 1, 2, 3, ... of own data: common words with different first letters, so that no two
begin with the same token, whatever the tokenizer and whatever the classes are called."""

MOST_KEPT = 50
TITLE_LENGTH = 40
TITLE_MARKS = " .,()!?'&-+"

moving = threading.RLock()
"""Held while folders come, move or go: a whole class may check, name and delete the same file at the same moment."""


class Skipped(Record):
    """Examples that were left out for one reason: how many, and where the first few of them are."""

    reason: str
    count: Whole
    first: tuple[str, ...]


class OwnData(Record):
    """What is known of an own data set.

    Attributes:
        title: What the student called it; empty in a draft.
        counts: Examples of each class (rows) in train, validation and test (columns).
        tokens: Typical tokens of a text; 0 for pictures.
        near_duplicates: Examples that have a near-duplicate, which is in the same split; None where an earlier version
            did not look for them.
        notes: What was decided while reading it: an encoding, a separator, texts that were cut.
        removed: Whether its examples are gone. Runs on it need its classes to stay readable.
    """

    name: str
    title: str = ""
    kind: Kind
    file_name: str
    class_names: tuple[str, ...]
    counts: tuple[tuple[Whole, Whole, Whole], ...]
    tokens: Whole
    near_duplicates: Whole | None = None
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    created_at: MomentText
    removed: bool = False

    def examples(self, split: Literal["train", "validation", "test"]) -> int:
        """How many examples a split has."""
        return sum(row[SPLITS.index(split)] for row in self.counts)

    def info(self) -> DatasetInfo:
        """The same facts as the catalogue has of the shipped data sets."""
        everything = sum(sum(row) for row in self.counts)
        examples = "texts" if self.kind == "text" else "pictures"
        return DatasetInfo(
            name=self.name,
            title=self.title,
            kind=self.kind,
            summary=f"{whole(everything)} {examples} that were uploaded to this server.",
            class_names=self.class_names,
            label_words=LABEL_WORDS[: len(self.class_names)],
            max_train_examples=self.examples("train"),
            validation_examples=self.examples("validation"),
            needs_internet=False,
            source="uploaded here",
        )


def folder_of(name: str) -> Path:
    """Where an own data set is kept, whether or not it is there.

    Raises:
        NotAvailable: if this is not the name of an own data set, so that a name never leads out of the folder.
    """
    if not NAME.fullmatch(name):
        raise NotAvailable(f"{name!r} is not the name of an own data set.", "Upload the data on the page Your data.")
    return data_dir("own") / name


def draft_folder(name: str) -> Path:
    """Where checked data waits for its name."""
    return data_dir("own-drafts") / folder_of(name).name


def record(name: str, folder: Path | None = None) -> OwnData | None:
    """What is known of an own data set, removed ones included; None if there is none of this name that can be read."""
    if not NAME.fullmatch(name):
        return None
    file = (folder or folder_of(name)) / INFO_FILE
    try:
        return OwnData.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        log.warning("%s is broken, so the data set is left out. %s", file, error)  # one broken file, not a broken app
        return None


def unreadable() -> list[str]:
    """The names of own data sets that are here and whose description cannot be read: they can only be deleted."""
    folders = sorted(folder.name for folder in data_dir("own").iterdir() if NAME.fullmatch(folder.name))
    return [name for name in folders if record(name) is None]


def listed() -> list[OwnData]:
    """The own data sets that are here, the oldest first."""
    found = [record(folder.name) for folder in data_dir("own").iterdir() if NAME.fullmatch(folder.name)]
    return sorted((r for r in found if r and not r.removed), key=lambda r: (r.created_at, r.name))


def dataset_info(name: str) -> DatasetInfo:
    """A shipped or an own data set; of one that was removed, what runs on it need to stay readable.

    Raises:
        NotAvailable: if there is none of this name.
    """
    if name in DATASETS:
        return DATASETS[name]
    found = record(name)
    if found is None:
        raise NotAvailable(
            f"There is no data set {name!r} here.", f"Choose one of {', '.join(DATASETS)}, or upload your own."
        )
    return found.info()


def all_datasets() -> list[DatasetInfo]:
    """The shipped data sets, then the own ones that are here."""
    return [*DATASETS.values(), *(own.info() for own in listed())]


def datasets_for(model: str) -> list[DatasetInfo]:
    """The data sets, shipped and own, that a model can be run on: all of its kind."""
    return [d for d in all_datasets() if d.kind == MODELS[model].kind]


def is_here(name: str) -> bool:
    """Whether a run on this data set may start: a shipped one, or an own one that was not removed."""
    own = record(name)
    return name in DATASETS or (own is not None and not own.removed)


def check_here(name: str) -> None:
    """Refuse data that was removed.

    Raises:
        NotAvailable: if the data set is unknown or its examples are gone.
    """
    info = dataset_info(name)
    if not is_here(name):
        raise NotAvailable(f"The data set {info.title!r} ({name}) was deleted.", "Upload it again, or choose another.")


def keep(name: str, title: str) -> OwnData:
    """Give a draft its title and keep it.

    Raises:
        SimulatorError: if the title cannot be used, the draft is gone, or there is no room for more.
    """
    with moving:
        title = _checked_title(title, name)
        draft = draft_folder(name)
        known = record(name, draft)
        if known is None:
            raise NotAvailable("This upload is no longer here.", "Choose the file again.")
        if len(listed()) >= MOST_KEPT:
            raise SimulatorError(f"This server keeps {MOST_KEPT} own data sets and has as many.", "Delete one first.")
        kept = known.model_copy(update={"title": title})
        describe(draft, kept)
        target = folder_of(name)
        shutil.rmtree(target, ignore_errors=True)  # only the description of a removed one can be there
        draft.rename(target)
    return kept


def describe(folder: Path, known: OwnData) -> None:
    """Write what is known of a data set beside its examples."""
    write_whole(folder / INFO_FILE, known.model_dump_json(indent=1).encode())


def _checked_title(title: str, name: str) -> str:
    title = unicodedata.normalize("NFC", " ".join(title.split()))
    plain = all(unicodedata.category(c)[0] in "LMN" or c in TITLE_MARKS for c in title)
    if not 1 <= len(title) <= TITLE_LENGTH or not plain:
        raise SimulatorError(
            f"The name {title[:TITLE_LENGTH]!r} cannot be used." if title else "The data needs a name.",
            f"Choose 1 to {TITLE_LENGTH} letters, digits, spaces and {TITLE_MARKS.strip()}",
        )
    here = record(name)
    if here is not None and not here.removed:
        raise SimulatorError(f"The same data is here already: {here.title}.", "Use it in the Lab.")
    if title.casefold() in {d.title.casefold() for d in all_datasets()} | set(DATASETS):
        raise SimulatorError(f"A data set is called {title!r} already.", "Choose another name.")
    return title


def remove(name: str, keep_description: bool) -> None:
    """Delete a data set's examples; its description stays where runs on it need it, if it can be read.

    Raises:
        NotAvailable: if there is none of this name.
    """
    with moving:
        if name not in unreadable():
            check_here(name)
        known, folder = record(name), folder_of(name)
        if keep_description and known is not None:
            describe(folder, without_examples(known))
            for file in own_examples.FILES:
                (folder / file).unlink(missing_ok=True)
        else:
            shutil.rmtree(folder)


def without_examples(known: OwnData) -> OwnData:
    """What is left of the facts where the examples are gone: title, classes and counts."""
    return known.model_copy(update={"removed": True, "skipped": (), "notes": (), "file_name": ""})
