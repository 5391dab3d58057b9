"""Tables as data, and plain figures as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.figures import numbers


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: The text shown.
        order: The value by which its column is sorted; None comes last.
        tint: A CSS colour behind the text.
        strong: Whether the text is bold.
        choices: The options offered here: number -> text. The current one is ``order``.
    """

    text: str
    order: float | str | None
    tint: str = ""
    strong: bool = False
    choices: Mapping[float, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        head: The headings.
        rows: For each row, one cell per heading.
        tips: Heading -> its explanation.
        sortable: Whether another order makes sense.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    tips: Mapping[str, str] = field(default_factory=dict)
    sortable: bool = True


Row = Mapping[str, Cell | str | int]
"""Heading -> a cell, or the text or number of one. An integer is a number of things."""


def of(rows: Sequence[Row], tips: Mapping[str, str] | None = None, sortable: bool = True) -> Table:
    """Make a table of rows that name their columns; a missing column gives an empty cell."""
    head = _union(rows)
    return Table(head, [[_cell(row.get(title, "")) for title in head] for row in rows], tips or {}, sortable)


def _union(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """List every column that any row has."""
    return list(dict.fromkeys(title for row in rows for title in row))


def _cell(content: Cell | str | int) -> Cell:
    if isinstance(content, Cell):
        return content
    return Cell(content, content or None) if isinstance(content, str) else Cell(numbers.whole(content), content)


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write plain figures as CSV, one line per row, with every column that any row has."""
    written = io.StringIO()
    writer = csv.DictWriter(written, _union(rows), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()
