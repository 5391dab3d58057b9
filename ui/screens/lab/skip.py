"""A link from the Lab's title to Run, for the keyboard: it shows itself when it has the focus."""

from __future__ import annotations

from ui.kit.component import component

HTML = '<button type="button">Skip to Run</button>'
CSS = """
button {
    position: absolute; padding: 0.4rem 0.8rem; white-space: nowrap; font: inherit; font-family: var(--st-font);
    color: var(--st-text-color); background: var(--st-background-color); border: 1px solid var(--st-border-color);
    border-radius: var(--st-base-radius);
}
button:not(:focus) { width: 1px; padding: 0; overflow: hidden; clip-path: inset(50%); }
button:focus { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
"""

_mount = component("skip", __file__, HTML, CSS)


def to_run() -> None:
    """Draw the link."""
    _mount("lab_skip", {})
