"""Where the letters beside the points of a chart stand, so that none covers another one.

A chart's width is known only in the browser. Two letters count as apart if they are so at every width.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, count, takewhile
from math import cos, hypot, pi, sin
from typing import NamedTuple

WIDTHS = (260.0, 1700.0)
HEIGHTS = (330.0, 390.0)
"""The least and the greatest size of the area between the axes, in pixels, from a phone to a large screen."""

WIDE, HIGH = 13.0, 16.0
"""The box of a letter, in pixels."""

MARKER = 12.0
NEAREST, FURTHER = 15.0, 9.0
"""The distance of a letter from its point, in pixels, and how much further each next ring is."""

RINGS = 8
"""Within so many rings a letter looks for a place on no point; then on any."""


ANGLES = [pi * eighths / 8 for eighths in (0, 8, 4, 12, 2, 6, 10, 14, 1, 3, 5, 7, 9, 11, 13, 15)]
"""The directions in which a letter looks for a place: above, below, to the right, to the left, then between these."""


class Point(NamedTuple):
    """A place between the axes, in shares of their lengths from the lower left."""

    x: float
    y: float


class Offset(NamedTuple):
    """From a point to the middle of its letter, in pixels to the right and upwards."""

    x: float
    y: float


class Box(NamedTuple):
    """Something drawn at a point: moved by so many pixels, and so large."""

    at: Point
    offset: Offset
    wide: float
    high: float


def offsets(points: Sequence[Point], others: Sequence[Point] = ()) -> list[Offset]:
    """Return where each point's letter stands.

    Args:
        points: The points with letters; the first are served first.
        others: Further points, on which no letter should stand either.
    """
    markers = [Box(point, Offset(0, 0), MARKER, MARKER) for point in (*points, *others)]
    letters: list[Box] = []
    for point in points:
        free = (box for box in _places(point) if not any(overlap(box, letter) for letter in letters))
        letters.append(_best(free, markers))
    return [box.offset for box in letters]


def _best(free: Iterator[Box], markers: Sequence[Box]) -> Box:
    """Return the first place on no point, among the near ones; else the nearest."""
    nearest = next(free)
    near = takewhile(lambda box: hypot(*box.offset) < NEAREST + RINGS * FURTHER, chain([nearest], free))
    good = (box for box in near if _is_inside(box) and not any(overlap(box, marker) for marker in markers))
    return next(good, nearest)


def _places(point: Point) -> Iterator[Box]:
    """Yield ever more distant places around a point."""
    for ring in count():
        distance = NEAREST + ring * FURTHER
        for angle in ANGLES:
            yield Box(point, Offset(distance * sin(angle), distance * cos(angle)), WIDE, HIGH)


def _is_inside(box: Box) -> bool:
    x = [box.at.x * width + box.offset.x for width in WIDTHS]
    y = [box.at.y * height + box.offset.y for height in HEIGHTS]
    return min(*x, *y) > 0 and all(place < size for place, size in zip((*x, *y), (*WIDTHS, *HEIGHTS), strict=True))


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes cover each other at any size of the chart."""
    high = (one.high + other.high) / 2
    if _least(one.at.y - other.at.y, one.offset.y - other.offset.y, HEIGHTS) >= high:
        return False
    return _least(one.at.x - other.at.x, one.offset.x - other.offset.x, WIDTHS) < (one.wide + other.wide) / 2


def _least(apart: float, moved: float, sizes: tuple[float, float]) -> float:
    """Return the least distance of two middles along one axis, over all of its lengths."""
    first, last = (apart * size + moved for size in sizes)
    return 0.0 if first * last <= 0 else min(abs(first), abs(last))
