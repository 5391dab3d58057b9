"""Markers, dashes and hatches of charts that are drawn as SVG, as Plotly names them."""

from __future__ import annotations

from collections.abc import Iterable
from math import cos, pi, sin

DASHES = {"dash": "7 5", "dot": "2 4", "dashdot": "9 4 2 4"}
HATCHES = {"/": "M0 6L6 0", "x": "M0 6L6 0M0 0L6 6"}


def coordinate(value: float) -> str:
    """Return a place on the sheet as paths give it, to a tenth of a pixel."""
    return f"{value:.1f}"


def corners_of(places: Iterable[tuple[float, float]]) -> str:
    """Return the line through the places, as a path."""
    return "M" + "L".join(f"{coordinate(x)} {coordinate(y)}" for x, y in places)


def marker(symbol: str, x: float, y: float, r: float) -> str:
    """Return the outline of a marker, as a path."""
    if symbol == "circle":
        return f"M{coordinate(x - r)} {coordinate(y)}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z"
    if symbol in ("x", "cross"):
        a = r * (0.75 if symbol == "x" else 1)
        strokes = ((-a, -a, a, a), (-a, a, a, -a)) if symbol == "x" else ((-a, 0, a, 0), (0, -a, 0, a))
        return "".join(_bar_between(x + x1, y + y1, x + x2, y + y2, r * 0.3) for x1, y1, x2, y2 in strokes)
    if symbol == "star":
        reach = [r * (1.2 if i % 2 == 0 else 0.5) for i in range(10)]
        corners = [(x + d * sin(i * pi / 5), y - d * cos(i * pi / 5)) for i, d in enumerate(reach)]
    elif symbol == "square":
        corners = [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]
    elif symbol == "diamond":
        corners = [(x, y - 1.2 * r), (x + 1.2 * r, y), (x, y + 1.2 * r), (x - 1.2 * r, y)]
    else:  # triangle-up
        corners = [(x, y - r), (x + r, y + r), (x - r, y + r)]
    return corners_of(corners) + "z"


def _bar_between(x1: float, y1: float, x2: float, y2: float, half: float) -> str:
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    nx, ny = -(y2 - y1) / length * half, (x2 - x1) / length * half
    corners = [(x1 + nx, y1 + ny), (x2 + nx, y2 + ny), (x2 - nx, y2 - ny), (x1 - nx, y1 - ny)]
    return corners_of(corners) + "z"
