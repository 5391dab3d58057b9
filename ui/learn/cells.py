"""A matrix of weights as a picture, a cell a weight, with the pruned ones gone: a component, drawn by cells.js."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from simulator.lesson import Slice
from ui.learn.masks import Mask
from ui.learn.space import TIP

HTML = '<canvas role="img"></canvas><div role="status"></div>'
CSS = TIP + "canvas { display: block; width: 100%; height: 250px; image-rendering: pixelated; }"

_mount = st.components.v2.component(
    "weights_as_cells", html=HTML, css=CSS, js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def matrix(part: Slice, mask: Mask, key: str, alt: str) -> None:
    """A slice's weights, violet below and ochre above zero; where one is pruned there is nothing."""
    _mount(key=key, data=drawn(part, mask) | {"alt": alt})


def drawn(part: Slice, mask: Mask) -> dict[str, Any]:
    """What cells.js draws: the weights row by row, which of them are kept, and the size that has the full colour."""
    rows, columns = part.weight.shape
    return {
        "rows": rows,
        "columns": columns,
        "weights": np.round(part.weight, 5).ravel().tolist(),
        "kept": "".join(np.where(mask.ravel(), "1", "0")),
        "limit": float(np.quantile(np.abs(part.weight), 0.99)),
    }
