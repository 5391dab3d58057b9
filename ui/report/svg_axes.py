"""The axes of a chart that is drawn as SVG: from values to pixels, and the places of the ticks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import plotly.graph_objects as go

from simulator.figures.numbers import tick

LETTER = 6.9  # width of a typical letter at FONT pixels
FONT = 12


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes:
        categories: Names in their order; empty if the values are numbers.
        low, high: The ends, in values; for categories, half a place beyond the first and the last.
        start, end: The same ends, in pixels.
        ticks: (value, label).
    """

    title: str
    categories: tuple[str, ...]
    low: float
    high: float
    start: float
    end: float
    ticks: tuple[tuple[float, str], ...]

    def at(self, value: Any) -> float:
        """Return the pixel of a value or a category."""
        number = self.categories.index(str(value)) if self.categories else float(value)
        return self.start + (self.end - self.start) * (number - self.low) / (self.high - self.low)

    def band(self) -> float:
        """Return the width of one category in pixels."""
        return abs((self.end - self.start) / (self.high - self.low))

    @property
    def widest(self) -> float:
        """The width of the longest label in pixels."""
        return width_of(max((label for _, label in self.ticks), key=len, default=""))


def width_of(text: str) -> float:
    """Return the approximate width of a text in pixels."""
    return LETTER * len(text)


def read(layout: Any, values: Sequence[Any], bars: bool) -> Axis:
    """Read the axis of a Plotly figure, without its pixels.

    Args:
        layout: ``figure.layout.xaxis`` or ``yaxis``.
        values: All values drawn along it.
        bars: Whether bars start from it, at zero.
    """
    title = layout.title.text or ""
    if layout.type == "category" or any(isinstance(value, str) for value in values):
        names = tuple(dict.fromkeys(map(str, layout.categoryarray or values)))
        labels = dict(zip(layout.tickvals or (), layout.ticktext or (), strict=False))
        ticks = tuple((float(i), str(labels.get(name, name))) for i, name in enumerate(names))
        low, high = -0.5, len(names) - 0.5
        if layout.autorange == "reversed":
            low, high = high, low
        return Axis(title, names, low, high, 0.0, 0.0, ticks)
    low, high = _ends(layout, [float(value) for value in values if value is not None], bars)
    given = layout.tickvals
    places = [float(v) for v in given] if given is not None else nice_ticks(low, high)
    return Axis(title, (), low, high, 0.0, 0.0, tuple((v, tick(v)) for v in places))


def _ends(layout: Any, numbers: Sequence[float], bars: bool) -> tuple[float, float]:
    if layout.range is not None:
        return float(layout.range[0]), float(layout.range[1])
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    room = 0.06 * (high - low) or abs(high) * 0.1 or 1.0
    to_zero = bars or layout.rangemode == "tozero"
    return (min(0.0, low) if to_zero else low - room), high + room


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round numbers between two ends, in steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / about
    power: float = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    return [n * step for n in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def drawn_along(figure: go.Figure, letter: str) -> Iterable[Any]:
    """Yield every value of the traces along x or y, including the ends of error bars."""
    for trace in figure.data:
        values = [] if getattr(trace, letter) is None else list(getattr(trace, letter))
        yield from values
        error = trace.error_y if letter == "y" and trace.type in ("scatter", "bar") else None
        if error is not None and error.array is not None:
            yield from (v + up for v, up in zip(values, error.array, strict=True))
            yield from (v - down for v, down in zip(values, error.arrayminus, strict=True))
    for shape in figure.layout.shapes:
        if letter == "y":
            yield shape.y0
