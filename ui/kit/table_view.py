"""Tables on a screen, drawn by our own component (table.js).

Streamlit's own tables need pandas and pyarrow, 76 MiB in every process that draws one, and are pictures of text. These
are HTML tables, which can be read aloud, searched and copied.
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
        shown: The table.
        alt: What it holds, for people who cannot see it.
        key: Unique on the page. A table with the same key keeps its order and its scroll position when its rows change.
        tallest: The greatest height in pixels; a taller table scrolls.
    """
    _mount(f"table_{key}", drawn(shown, alt, tallest))


def tick(shown: Table, alt: str, key: str, ids: Sequence[str], ticked: Sequence[str], tallest: int) -> list[str]:
    """Draw a table with a box to tick before each row.

    Args:
        shown: The table.
        alt: What it holds, for people who cannot see it.
        key: Unique on the page; a new key clears the ticks.
        ids: One id per row: a tick stays with its row when other rows come or go.
        ticked: The ids of the rows that are ticked at the start; ignored later.
        tallest: The greatest height in pixels; a taller table scrolls.

    Returns:
        The ids of the rows that are ticked, in the order of ``ids``.
    """
    state = _mount(
        f"table_{key}",
        drawn(shown, alt, tallest) | {"ids": list(ids), "ticked": list(ticked)},
        default={"ticked": list(ticked)},
        on_ticked_change=lambda: None,  # Streamlit accepts a default only with a callback
    )
    return [row for row in ids if row in state.ticked]


def choose(shown: Table, alt: str, key: str, take: Callable[[int, float], None]) -> None:
    """Draw a table with cells in which something can be chosen.

    Args:
        shown: The table.
        alt: What it holds, for people who cannot see it.
        key: Unique on the page.
        take: Called with the number of the row and the value chosen in it, before the page is drawn again.
    """

    def chosen() -> None:
        row, value = st.session_state[f"table_{key}"]["chosen"]
        take(int(row), float(value))

    _mount(f"table_{key}", drawn(shown, alt, None), on_chosen_change=chosen)


def drawn(shown: Table, alt: str, tallest: int | None) -> dict[str, Any]:
    """Return the data that table.js draws."""
    return {
        "head": [{"title": title, "tip": shown.tips.get(title, "")} for title in shown.head],
        "rows": [[_plain(cell) for cell in row] for row in shown.rows],
        "sortable": shown.sortable and len(shown.rows) > 1,
        "alt": alt,
        "tallest": tallest,
    }


def _plain(cell: Cell) -> dict[str, Any]:
    # In pairs, because the keys of a JSON object are strings.
    return {**vars(cell), "choices": list(cell.choices.items())}
