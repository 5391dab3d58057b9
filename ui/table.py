"""A table: what stands in it, the component of our own that draws it (table.js), and plain figures as CSV.

Streamlit's own tables need pandas and pyarrow, 76 MiB in every process that draws one, and are pictures of text: these
are a browser's tables, which can be read aloud, searched and copied.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from ui.component import component

TALLEST = 1_100
"""Pixels; what is higher scrolls within itself."""


@dataclass(frozen=True)
class Cell:
    """What stands in one place.

    Attributes:
        order: What its column is sorted by; None comes last.
        tint: A CSS colour behind the text.
        choices: What can be chosen here: number -> words. The one that stands now is ``order``.
    """

    text: str
    order: float | str | None
    tint: str = ""
    strong: bool = False
    choices: Mapping[float, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Rows of cells under their headings. ``tips`` explain a heading; not every table makes sense in another order."""

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    tips: Mapping[str, str] = field(default_factory=dict)
    sortable: bool = True


Row = Mapping[str, Cell | str | int]
"""Heading -> what stands below it."""


def of(rows: Sequence[Row], tips: Mapping[str, str] | None = None, sortable: bool = True) -> Table:
    """A table of rows that name their columns; where a row lacks one, its cell is empty."""
    head = list(dict.fromkeys(title for row in rows for title in row))
    return Table(head, [[_cell(row.get(title, "")) for title in head] for row in rows], tips or {}, sortable)


def _cell(content: Cell | str | int) -> Cell:
    if isinstance(content, Cell):
        return content
    return Cell(content, content or None) if isinstance(content, str) else Cell(f"{content:,}", content)


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Plain figures as CSV, a line a row, with every column that any row has."""
    written = io.StringIO()
    head = list(dict.fromkeys(title for row in rows for title in row))
    writer = csv.DictWriter(written, head, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


# -- on a page

HTML = '<div class="scroll" role="region" tabindex="0"><table></table></div><div class="tip" popover="manual"></div>'
_mount = component("table", __file__, HTML, Path(__file__).with_suffix(".css").read_text("utf-8"))


def show(shown: Table, alt: str, key: str, tallest: int = TALLEST) -> None:
    """Draw a table.

    Args:
        alt: What it holds, for who cannot see it.
        key: Its own on the page. With it a table keeps its order, and where it was scrolled to, when its rows change.
        tallest: Pixels; what is higher scrolls within itself.
    """
    _mount(key=key, data=drawn(shown, alt, tallest))


def tick(shown: Table, alt: str, key: str, ids: Sequence[str], ticked: Sequence[str]) -> list[str]:
    """Draw a table with a box to tick before each row; gives the ids of the rows that are ticked.

    Args:
        ids: One of each row: a tick stays with its row when others come or go.
        ticked: The ids to start with.
    """
    state = _mount(
        key=key,
        data=drawn(shown, alt, TALLEST) | {"ids": list(ids), "ticked": list(ticked)},
        default={"ticked": list(ticked)},
        on_ticked_change=lambda: None,
    )
    return [row for row in ids if row in state.ticked]


def choose(shown: Table, alt: str, key: str, take: Callable[[int, float], None]) -> None:
    """Draw a table with cells in which something can be chosen.

    Args:
        take: Called with the place of the row and what was chosen in it, before the page is drawn again.
    """

    def chosen() -> None:
        row, value = st.session_state[key]["chosen"]
        take(int(row), float(value))

    _mount(key=key, data=drawn(shown, alt, TALLEST), on_chosen_change=chosen)


def drawn(shown: Table, alt: str, tallest: int) -> dict[str, Any]:
    """What table.js draws."""
    return {
        "head": [{"title": title, "tip": shown.tips.get(title, "")} for title in shown.head],
        "rows": [
            [
                {
                    "text": cell.text,
                    "order": cell.order,
                    "tint": cell.tint,
                    "strong": cell.strong,
                    "choices": list(cell.choices.items()),
                }
                for cell in row
            ]
            for row in shown.rows
        ],
        "sortable": shown.sortable and len(shown.rows) > 1,
        "alt": alt,
        "tallest": tallest,
    }
