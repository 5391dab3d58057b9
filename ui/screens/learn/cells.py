"""A matrix of weights as a picture with one cell per weight, the pruned ones blank, above a histogram of their values:
a component, drawn by cells.js.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.figures import numbers
from simulator.teaching.lesson import Slice
from ui.figures import charts
from ui.kit.component import component
from ui.screens.learn.masks import Mask
from ui.screens.learn.space import TIP

BINS = 40
HTML = '<canvas role="img"></canvas><canvas role="img"></canvas><div class="tip" aria-hidden="true"></div>'
CSS = (
    TIP
    + """
canvas { display: block; width: 100%; height: 250px; image-rendering: pixelated; }
canvas:first-of-type { box-shadow: 0 0 0 1px color-mix(in srgb, currentColor 20%, transparent); }
canvas + canvas { height: 180px; margin-top: 0.75rem; color: inherit; }
"""
)

_mount = component("weights_as_cells", __file__, HTML, CSS)


def matrix(part: Slice, mask: Mask, key: str, show_threshold: bool) -> None:
    """A slice's weights, violet below and ochre above zero; pruned ones are blank.

    Args:
        show_threshold: Whether to draw the magnitude that separates pruned from kept weights, if there is one.
    """
    _mount(key=key, data=drawn(part, mask, show_threshold))


def drawn(part: Slice, mask: Mask, show_threshold: bool) -> dict[str, Any]:
    """What cells.js draws: the weights row by row, which are kept, how many have which value, and both in words."""
    rows, columns = part.weight.shape
    limit = float(np.abs(part.weight).max()) or 1.0
    every, kept = (np.histogram(w, BINS, (-limit, limit))[0].tolist() for w in (part.weight, part.weight[mask]))
    return {
        "rows": rows,
        "columns": columns,
        "weights": [float(numbers.reading(float(w))) for w in part.weight.ravel()],
        "kept": "".join(np.where(mask.ravel(), "1", "0")),
        "strong": float(np.quantile(np.abs(part.weight), 0.99)) or limit,  # this size has the full colour
        "limit": limit,
        "bins": {"every": every, "kept": kept, "alt": histogram_alt(part, mask)},
        "threshold": threshold(part, mask) if show_threshold else None,
        "colour": charts.COLOURS["distilled"],
        "alt": f"{part.facts.layer}: {numbers.percent(1 - float(mask.mean()))} of the weights shown are pruned.",
    }


def threshold(part: Slice, mask: Mask) -> float | None:
    """The magnitude that separates pruned from kept weights; None if none does."""
    size = np.abs(part.weight)
    if mask.all() or not mask.any() or size[~mask].max() > size[mask].min():
        return None
    return float((size[~mask].max() + size[mask].min()) / 2)


def histogram_alt(part: Slice, mask: Mask) -> str:
    """Where the threshold is, in words."""
    edge = threshold(part, mask)
    if edge is None:
        return f"Weights of {part.facts.layer}: no single magnitude separates the pruned from the kept."
    ends = numbers.three(edge)
    return f"Weights of {part.facts.layer}: those between \N{MINUS SIGN}{ends} and {ends} are pruned."
