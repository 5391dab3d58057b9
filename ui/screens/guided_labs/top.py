"""Opens each step of a lab at its top: Streamlit leaves the page scrolled to where the button was."""

from __future__ import annotations

from ui.kit.component import component

_mount = component("top", __file__, "", "")


def open_at_top(lab: int, step: int) -> None:
    """Scroll to the top if this is another step than before."""
    _mount("lab_top", {"step": f"{lab}-{step}"})
