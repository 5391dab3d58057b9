"""The newest accuracy or loss of the open run, in the bar with Run: the panel that follows the run tells it."""

from __future__ import annotations

from simulator.runs.records import Run
from ui.kit.component import component

HTML = '<div class="newest"></div>'
CSS = """
.newest {
    color: var(--st-text-color); font-family: var(--st-font); font-size: 0.8rem; line-height: 1.25;
    font-variant-numeric: tabular-nums;
}
"""

_mount = component("newest", __file__, HTML, CSS)


def show(run: Run) -> None:
    """Show what is heard of a run; nothing until the page follows it."""
    _mount("lab_newest", {"run": run.id})
