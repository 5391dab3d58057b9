"""Pareto fronts: what is left when everything is taken away than which something else is better.

One point dominates another if it is worse in no objective and better in at least one (Pareto 1906, Manuale di
economia politica). The front holds the points that nothing dominates; equal points do not dominate each other.

Objectives that were timed scatter from call to call. There a smaller value alone is no evidence, so "better" asks
that the ranges of the two do not overlap. A point thus leaves the front only on evidence; :func:`doubtful` names
those that noise has kept there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Objective(NamedTuple):
    """One coordinate of a point: less is better. ``low`` to ``high`` is the range that is noise around the value."""

    value: float
    low: float
    high: float


Point = Sequence[Objective]
"""What one thing has in every objective."""


def less(value: float) -> Objective:
    """An objective without noise of which less is better."""
    return Objective(value, value, value)


def more(value: float) -> Objective:
    """An objective without noise of which more is better."""
    return less(-value)


def dominates(one: Point, other: Point) -> bool:
    """Whether ``one`` is worse in nothing and better in something: a timed objective, beyond noise."""
    no_worse = all(a.value <= b.value for a, b in zip(one, other, strict=True))
    return no_worse and any(_clearly_better(a, b) for a, b in zip(one, other, strict=True))


def front(points: Sequence[Point]) -> list[int]:
    """The places of the points that no other dominates, in the order given.

    Never empty where there are points: who dominates has the smaller value somewhere and a larger one nowhere, so
    there are no circles.
    """
    if not points:
        return []
    value, low, high = _arrays(points)  # [points, objectives]
    return [i for i in range(len(points)) if not ((value <= value[i]).all(1) & (high < low[i]).any(1)).any()]


def doubtful(points: Sequence[Point], places: Sequence[int]) -> list[int]:
    """Those of ``places`` on the front that stand there only because a difference is within noise.

    Another point is then clearly worse in nothing, and it is clearly better in something or no worse in anything
    and better in something by value.
    """
    if not places:
        return []
    value, low, high = _arrays(points)
    found = []
    for i in places:
        nowhere_clearly_worse = ~(low > high[i]).any(1)
        clearly_better = (high < low[i]).any(1)
        better_by_value = (value <= value[i]).all(1) & (value < value[i]).any(1)
        if (nowhere_clearly_worse & (clearly_better | better_by_value)).any():
            found.append(i)
    return found


def _clearly_better(a: Objective, b: Objective) -> bool:
    return a.high < b.low


def _arrays(points: Sequence[Point]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    stacked = np.array(points, dtype=float)  # [points, objectives, 3]
    return stacked[..., 0], stacked[..., 1], stacked[..., 2]
