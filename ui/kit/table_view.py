"""A table: what stands in it, the component of our own that draws it (table.js), and plain figures as CSV.

Streamlit's own tables need pandas and pyarrow, 76 MiB in every process that draws one, and are pictures of text: these
are a browser's tables, which can be read aloud, searched and copied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from ui.figures.table import Cell, Table
from ui.kit.component import component

HTML = """
<div class="scroll" role="group"><table></table></div>
<div class="hint" hidden>Scroll the table sideways for more.</div>
<div class="tip" popover></div>
"""


_mount = component("table", __file__, HTML, Path(__file__).with_suffix(".css").read_text("utf-8"))


def show(shown: Table, alt: str, key: str, tallest: int | None = None) -> None:
    """Draw a table.

    Args:
        shown: What stands in it.
        alt: What it holds, for who cannot see it.
        key: Its own on the page. With it a table keeps its order, and where it was scrolled to, when its rows change.
        tallest: Pixels; what is higher scrolls within itself.
    """
    _mount(f"table_{key}", drawn(shown, alt, tallest))


def tick(shown: Table, alt: str, key: str, ids: Sequence[str], ticked: Sequence[str], tallest: int) -> list[str]:
    """Draw a table with a box to tick before each row.

    Args:
        shown: What stands in it.
        alt: What it holds, for who cannot see it.
        key: Its own on the page; with another one the ticks start anew.
        ids: One of each row: a tick stays with its row when others come or go.
        ticked: The ids of the rows that are ticked at the start, and only then.
        tallest: Pixels; what is higher scrolls within itself.

    Returns:
        The ids of the rows that are ticked, in the order of ``ids``.
    """
    state = _mount(
        f"table_{key}",
        drawn(shown, alt, tallest) | {"ids": list(ids), "ticked": list(ticked)},
        default={"ticked": list(ticked)},
        on_ticked_change=lambda: None,  # Streamlit takes a default only of what has a callback
    )
    return [row for row in ids if row in state.ticked]


def choose(shown: Table, alt: str, key: str, take: Callable[[int, float], None]) -> None:
    """Draw a table with cells in which something can be chosen.

    Args:
        shown: What stands in it.
        alt: What it holds, for who cannot see it.
        key: Its own on the page.
        take: Called with the place of the row and what was chosen in it, before the page is drawn again.
    """

    def chosen() -> None:
        row, value = st.session_state[f"table_{key}"]["chosen"]
        take(int(row), float(value))

    _mount(f"table_{key}", drawn(shown, alt, None), on_chosen_change=chosen)


def drawn(shown: Table, alt: str, tallest: int | None) -> dict[str, Any]:
    """What table.js draws."""
    return {
        "head": [{"title": title, "tip": shown.tips.get(title, "")} for title in shown.head],
        "rows": [[_plain(cell) for cell in row] for row in shown.rows],
        "sortable": shown.sortable and len(shown.rows) > 1,
        "alt": alt,
        "tallest": tallest,
    }


def _plain(cell: Cell) -> dict[str, Any]:
    # In pairs, for the keys of an object in JSON are texts.
    return {**vars(cell), "choices": list(cell.choices.items())}
