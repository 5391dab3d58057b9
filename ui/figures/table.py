"""A table: what stands in it, and plain figures as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Cell:
    """What stands in one place.

    Attributes:
        text: What is shown.
        order: What its column is sorted by; None comes last.
        tint: A CSS colour behind the text.
        strong: Whether the text is bold.
        choices: What can be chosen here: number -> words. The one that stands now is ``order``.
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
        rows: In each row a cell below every heading.
        tips: Heading -> its explanation.
        sortable: Whether it makes sense in another order.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    tips: Mapping[str, str] = field(default_factory=dict)
    sortable: bool = True


Row = Mapping[str, Cell | str | int]
"""Heading -> what stands below it: a cell, or what one is made of. An integer is a number of things."""


def of(rows: Sequence[Row], tips: Mapping[str, str] | None = None, sortable: bool = True) -> Table:
    """A table of rows that name their columns; where a row lacks one, its cell is empty."""
    head = _union(rows)
    return Table(head, [[_cell(row.get(title, "")) for title in head] for row in rows], tips or {}, sortable)


def _union(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every column that any row has."""
    return list(dict.fromkeys(title for row in rows for title in row))


def _cell(content: Cell | str | int) -> Cell:
    if isinstance(content, Cell):
        return content
    return Cell(content, content or None) if isinstance(content, str) else Cell(f"{content:,}", content)


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Plain figures as CSV, a line a row, with every column that any row has."""
    written = io.StringIO()
    writer = csv.DictWriter(written, _union(rows), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()
