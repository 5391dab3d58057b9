"""Where the letters beside the points of a chart stand, so that none covers another one.

A chart's width is known only in the browser. Two letters count as apart if they are so at every width.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import cos, pi, sin
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HEIGHT = 460
"""The height of the chart, in pixels."""

WIDTHS = (260.0, 1700.0)
HEIGHTS = (HEIGHT - 130.0, HEIGHT - 70.0)
"""The least and the greatest size of the area between the axes, in pixels, from a phone to a large screen: the axes'
titles and a legend of one or more lines take the rest of the height."""

WIDE, HIGH = 13.0, 16.0
"""The box of a letter, in pixels."""

MARKER = 12.0
NEAREST, FURTHER = 15.0, 9.0
"""The distance of a letter from its point, in pixels, and how much further each next ring is."""

RINGS = 8
"""Within so many rings a letter looks for a place on no point; then on any."""

ANGLES = [pi * eighths / 8 for eighths in (0, 8, 4, 12, 2, 6, 10, 14, 1, 3, 5, 7, 9, 11, 13, 15)]
"""The directions in which a letter looks for a place: above, below, to the right, to the left, then between these."""

DIRECTIONS = np.array([(sin(angle), cos(angle)) for angle in ANGLES])

MOST_KEPT = 16
"""The charts whose letters stay placed, each with up to all stored variants."""


class Point(NamedTuple):
    """A place between the axes, in shares of their lengths from the lower left."""

    x: float
    y: float


class Offset(NamedTuple):
    """From a point to the middle of its letter, in pixels to the right and upwards."""

    x: float
    y: float


class Boxes(NamedTuple):
    """Things of one size that are drawn at points.

    Attributes:
        at: Their points, [boxes, 2].
        offsets: From the points to their middles, in pixels, [boxes, 2].
        size: Width and height of each, in pixels.
    """

    at: NDArray[np.float64]
    offsets: NDArray[np.float64]
    size: tuple[float, float]


class Taken(NamedTuple):
    """The offsets at which a letter would cover something, at any size of the chart: a rectangle for each thing.

    Attributes:
        low, high: Opposite corners of the rectangles, in pixels, [2, rectangles].
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def covers(self, places: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return for each place, [places, 2], whether it is within any rectangle."""
        x, y = places[:, :1], places[:, 1:]
        within_x = (x > self.low[0]) & (x < self.high[0])
        within_y = (y > self.low[1]) & (y < self.high[1])
        covered: NDArray[np.bool_] = (within_x & within_y).any(axis=1)
        return covered


def offsets(points: Sequence[Point], others: Sequence[Point] = ()) -> list[Offset]:
    """Return where each point's letter stands. Cached: a page draws the same points again and again.

    Args:
        points: The points with letters; the first are served first.
        others: Further points, on which no letter should stand either.
    """
    return list(_offsets(tuple(points), tuple(others)))


@lru_cache(maxsize=MOST_KEPT)
def _offsets(points: tuple[Point, ...], others: tuple[Point, ...]) -> tuple[Offset, ...]:
    at, everything = (np.array(several, float).reshape(-1, 2) for several in (points, points + others))
    markers = Boxes(everything, np.zeros_like(everything), (MARKER, MARKER))
    found = np.zeros_like(at)
    for n, point in enumerate(points):
        letters = Boxes(at[:n], found[:n], (WIDE, HIGH))
        found[n] = _best(point, _taken(point, letters), _taken(point, markers))
    return tuple(Offset(x, y) for x, y in found.tolist())


def _best(point: Point, letters: Taken, markers: Taken) -> Offset:
    """Return the first place on no letter and no point, among the near ones; else the nearest on no letter."""
    nearest: list[float] = []
    ring = 0
    while ring < RINGS or not nearest:
        places = (NEAREST + ring * FURTHER) * DIRECTIONS
        free = places[~letters.covers(places)]
        good = free[_are_inside(free, point) & ~markers.covers(free)]
        if ring < RINGS and len(good):
            return Offset(*good[0].tolist())
        if not nearest and len(free):
            nearest = free[0].tolist()
        ring += 1
    return Offset(*nearest)


def _taken(point: Point, boxes: Boxes) -> Taken:
    """Return the offsets at which the letter of a point would cover one of these boxes."""
    x_apart, y_apart = (boxes.at - point).T
    apart = np.array([np.outer(WIDTHS, x_apart), np.outer(HEIGHTS, y_apart)])  # [axis, least and greatest, boxes]
    room = (np.array([[WIDE], [HIGH]]) + np.array(boxes.size)[:, None]) / 2
    return Taken(apart.min(axis=1) + boxes.offsets.T - room, apart.max(axis=1) + boxes.offsets.T + room)


def _are_inside(places: NDArray[np.float64], point: Point) -> NDArray[np.bool_]:
    """Return for each place whether the middle of a letter there is between the axes, at any size of the chart."""
    least = np.array([WIDTHS[0], HEIGHTS[0]])
    inside: NDArray[np.bool_] = (places > -least * point) & (places < least - least * point)
    return inside[:, 0] & inside[:, 1]
