"""Pictures on a screen, drawn by our own component (picture_view.js): Streamlit takes SVG out of HTML."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from ui.figures.parts import Picture
from ui.kit.component import component

HTML = '<div class="panels"></div>'

_mount = component("picture", __file__, HTML, Path(__file__).with_suffix(".css").read_text("utf-8"))


def show(picture: Picture) -> None:
    """Draw a picture."""
    _mount(f"drawn_{picture.key}", {"panels": [asdict(panel) for panel in picture.panels]})
