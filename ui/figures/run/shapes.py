"""Squares and bars as static SVG, in the colours of the page around them: a screen and a printed page show the same."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import sqrt
from typing import NamedTuple

from simulator.events import Variant
from ui.figures.charts import COLOURS

WIDTH = 300
SIDE = 74  # of the largest square
ROW, THICK = 23, 14
NAMES, VALUES = 84, 72  # left and right of the bars
PALE = ' fill-opacity=".3"'


class Square(NamedTuple):
    """A file, drawn with an area in proportion to its bytes.

    Attributes:
        solid: The bytes that are left without its zeros.
        lines: The texts below it; of several groups, there is room for the first two only.
    """

    variant: Variant
    bytes: float
    solid: float
    lines: Sequence[str]


class Bar(NamedTuple):
    """A bar from zero, with the range that its whisker spans.

    Attributes:
        text: The figure beside it.
        tip: The figure with its range, shown when somebody points at the bar.
        hollow: Whether it is not to be compared with the others.
    """

    label: str
    variant: Variant
    value: float
    low: float
    high: float
    text: str
    tip: str
    hollow: bool = False


def squares(groups: Sequence[Sequence[Square]]) -> str:
    """Draw groups of squares, all to one scale, each group on its own ground line.

    Args:
        groups: Each has one or two squares. One group fills the width; of several, two share a row.
    """
    largest = max(square.bytes for group in groups for square in group)
    across = min(2, len(groups))
    side = SIDE / across
    lines = 2 if across > 1 else max(len(square.lines) for group in groups for square in group)
    height = side + 6 + 17 * lines + (16 if len(groups) > across else 0)
    parts = []
    for place, group in enumerate(groups):
        left, top = WIDTH / across * (place % across), height * (place // across)
        for number, square in enumerate(group):
            middle = left + WIDTH / across * (0.25 + 0.5 * number)
            shown = square._replace(lines=square.lines[:lines])
            parts.append(_square(shown, middle, top + side, side / sqrt(largest)))
    return _svg("".join(parts), height * -(-len(groups) // across))


def _square(square: Square, middle: float, ground: float, scale: float) -> str:
    """Draw one square with its texts: pale where the file holds only zeros."""
    whole, solid = (scale * sqrt(bytes_) for bytes_ in (square.bytes, square.solid))
    left = middle - whole / 2
    rectangles = (
        f'<rect x="{at(left)}" y="{at(max(0.0, ground - side))}" width="{at(side)}" height="{at(side)}" '
        f'fill="{COLOURS[square.variant]}"{look}/>'
        for side, look in ((whole, PALE), (solid, ""))
    )
    texts = (_text(middle, ground + 16 + 17 * n, line, "middle", strong=n == 0) for n, line in enumerate(square.lines))
    return "".join((*rectangles, *texts))


def bars(shown: Sequence[Bar], longest: float) -> str:
    """Draw horizontal bars below one another, each with its whisker and its figure.

    Args:
        longest: The value at the right end.
    """
    scale = (WIDTH - NAMES - VALUES) / longest
    return _svg(
        "".join(_bar(bar, ROW * (row + 0.5), scale, longest) for row, bar in enumerate(shown)), ROW * len(shown)
    )


def _bar(bar: Bar, y: float, scale: float, longest: float) -> str:
    low, high = NAMES + scale * bar.low, NAMES + scale * min(bar.high, longest)
    edge = ' stroke-dasharray="3 2" fill-opacity="0"' if bar.hollow else PALE
    colour = COLOURS[bar.variant]
    return (
        f"<g><title>{escape(bar.tip)}</title>"
        + _text(NAMES - 7, y + 4, bar.label, "end")
        + f'<rect x="{NAMES}" y="{at(y - THICK / 2)}" width="{at(max(1.0, scale * bar.value))}" height="{THICK}" '
        f'fill="{colour}" stroke="{colour}"{edge}/>'
        f'<path d="M{at(low)} {at(y)}H{at(high)}M{at(low)} {at(y - 5)}v10M{at(high)} {at(y - 5)}v10" '
        'stroke="currentColor" stroke-width="1.5" fill="none"/>'
        + _text(WIDTH - VALUES + 8, y + 4, bar.text, "start")
        + "</g>"
    )


def at(value: float) -> str:
    """Write a length or a place."""
    return f"{value:.2f}"


def _text(x: float, y: float, text: str, anchor: str, strong: bool = False) -> str:
    weight = ' font-weight="600"' if strong else ""
    return f'<text x="{at(x)}" y="{at(y)}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'


def _svg(inside: str, height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {at(height)}" width="100%" '
        f'fill="currentColor" font-size="13" aria-hidden="true">{inside}</svg>'
    )
