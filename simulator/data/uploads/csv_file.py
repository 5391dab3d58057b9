"""Texts and labels from the bytes of a CSV file. Formulas are text like any other; nothing is evaluated."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from simulator.data.uploads import encodings
from simulator.errors import InvalidUpload
from simulator.figures.numbers import whole

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
COLUMNS = ("text", "label")
MOST_ROWS, MOST_LINES = 20_000, 200_000
FIRST_SHOWN = 5
LONGEST_TEXT, LONGEST_LABEL = 2_000, 40
LONGEST_CELL = 100_000
MOST_TOKENS = 64  # what the models read of a text: engine/models/text.py, which a test compares
MARKUP = '<>[]{}`$*\\|~^#:_"'


@dataclass
class Skips:
    """Why examples were left out, counted as they come: a small file may hold millions of empty lines.

    Attributes:
        counts: How many, by reason.
        first: Where the first few of them are, by reason.
    """

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: str, place: str) -> None:
        """One more that was left out."""
        self.counts[reason] += 1
        places = self.first.setdefault(reason, [])
        if len(places) < FIRST_SHOWN:
            places.append(place)


@dataclass
class Examples:
    """Examples as they were found, with what was left out.

    Attributes:
        keys: Equal for inputs that count as the same.
        places: Where each is in the file, for people.
    """

    inputs: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    skipped: Skips = field(default_factory=Skips)
    notes: list[str] = field(default_factory=list)

    def take(self, rows: Sequence[int]) -> Examples:
        """Some of the examples."""
        inputs, labels, keys, places = (
            [values[i] for i in rows] for values in (self.inputs, self.labels, self.keys, self.places)
        )
        return Examples(inputs, labels, keys, places, self.skipped, self.notes)


def read(content: bytes) -> Examples:
    """The examples of a CSV file with the columns text and label.

    Raises:
        InvalidUpload: if it is no CSV file, or has other columns.
    """
    found = Examples()
    text = encodings.decode(content, found.notes)
    separator, heading = find_heading(text)
    if separator != ",":
        found.notes.append(f"The columns are separated by {SEPARATORS[separator]}s.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        next(reader)
        where = [heading.index(column) for column in COLUMNS]
        for row in reader:
            _take_row(row, where, len(heading), f"line {reader.line_num}", found)
            if len(found.inputs) > MOST_ROWS:
                raise InvalidUpload(f"There are more than {whole(MOST_ROWS)} examples.", "Upload fewer.")
            if reader.line_num > MOST_LINES:
                raise InvalidUpload(
                    f"The file has more than {whole(MOST_LINES)} lines.", "Remove those that are empty."
                )
    except csv.Error as error:
        raise InvalidUpload(
            f"Line {reader.line_num} is not proper CSV: {error}.",
            "A text with quotes or line breaks in it must be in quotes, with every inner quote doubled.",
        ) from error
    finally:
        csv.field_size_limit(before)
    cut = sum(len(one) == LONGEST_TEXT for one in found.inputs)
    if cut:
        found.notes.append(f"{cut} texts were cut to {whole(LONGEST_TEXT)} characters; the models read 64 tokens.")
    return found


def find_heading(text: str) -> tuple[str, list[str]]:
    """The separator with which the heading has both columns, and the names of all columns.

    Raises:
        InvalidUpload: if there is none.
    """
    for separator in SEPARATORS:
        try:
            first = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), [])
        except csv.Error:  # with another separator it may be a heading
            continue
        cells = [cell.strip().lower() for cell in first]
        if not any(cells):
            raise InvalidUpload("The first line is empty.", "The first line must be the heading: text,label")
        if set(COLUMNS) <= set(cells):
            twice = [column for column in COLUMNS if cells.count(column) > 1]
            if twice:
                raise InvalidUpload(f"The column {twice[0]} is there twice.", "Rename one of them.")
            return separator, cells
    raise InvalidUpload(
        f"The columns text and label are not both in the heading: {plain(text.splitlines()[0])[:80]!r}.",
        "The first line must name them: text,label",
    )


def _take_row(row: list[str], where: list[int], width: int, place: str, found: Examples) -> None:
    """One row: an example, or a reason why not."""
    if not any(cell.strip() for cell in row):
        found.skipped.add("empty row", place)
    elif len(row) != width:
        reason = "fewer cells than the heading" if len(row) < width else "more cells than the heading (quotes missing?)"
        found.skipped.add(reason, place)
    else:
        text, label = tidy(row[where[0]])[:LONGEST_TEXT], tidy(row[where[1]])
        if not text:
            found.skipped.add("no text", place)
        elif not plain(label):
            found.skipped.add("no label", place)
        elif len(label) > LONGEST_LABEL:
            found.skipped.add(f"a label of more than {LONGEST_LABEL} characters", place)
        else:
            found.inputs.append(text)
            found.labels.append(label)
            found.keys.append(unicodedata.normalize("NFKC", text).casefold())
            found.places.append(place)


def tidy(text: str) -> str:
    """White space folded, as tokenizers see it; control characters become blanks."""
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return " ".join(unicodedata.normalize("NFC", visible).split())


def plain(name: str) -> str:
    """A name as a screen may show it: no control characters, and none that Markdown or HTML would act on."""
    name = unicodedata.normalize("NFC", name)
    kept = "".join(" " if c in MARKUP or unicodedata.category(c)[0] in "CZ" else c for c in name)
    return " ".join(kept.split())


def typical_tokens(texts: Sequence[str]) -> int:
    """Typical tokens of a text, for forecasts: words and punctuation marks, and the two marks that models add."""
    pieces = [min(MOST_TOKENS, len(re.findall(r"\w+|[^\w\s]", text)) + 2) for text in texts]
    return round(median(pieces))
