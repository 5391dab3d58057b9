from __future__ import annotations

import random
from time import process_time

import numpy as np
import pytest

from ui.figures.compare.letters import HEIGHTS, HIGH, MARKER, NEAREST, WIDE, WIDTHS, Offset, Point, offsets

SIZES = [(width, height) for width in (*WIDTHS, 300, 420, 870, 1100) for height in (*HEIGHTS, 360)]


def clustered(how_many, spread):
    drawn = random.Random(how_many)
    return [Point(drawn.gauss(0.5, spread), drawn.gauss(0.6, spread)) for _ in range(how_many)]


def middles(points, beside, size):
    return [(p.x * size[0] + o.x, p.y * size[1] + o.y) for p, o in zip(points, beside, strict=True)]


CLUSTERS = {
    "all at one place": [Point(0.5, 0.5)] * 30,
    "closer than a letter": clustered(40, 0.005),
    "close": clustered(60, 0.03),
    "in a row": [Point(n / 40, 0.5) for n in range(40)],
    "one above another": [Point(0.5, n / 40) for n in range(40)],
    "in a corner": [Point(abs(p.x - 0.5), 1 - abs(p.y - 0.6)) for p in clustered(40, 0.02)],
}


@pytest.mark.parametrize("points", CLUSTERS.values(), ids=CLUSTERS)
def test_no_letter_covers_another_one_at_any_size_of_the_chart(points):
    beside = offsets(points)
    for size in SIZES:
        boxes = middles(points, beside, size)
        covered = [
            (one, other)
            for n, one in enumerate(boxes)
            for other in boxes[:n]
            if abs(one[0] - other[0]) < WIDE - 1e-6 and abs(one[1] - other[1]) < HIGH - 1e-6
        ]
        assert covered == [], size


def test_a_letter_alone_stands_above_its_point_and_below_it_at_the_top():
    assert offsets([Point(0.5, 0.5)]) == [Offset(0, NEAREST)]
    [at_the_top] = offsets([Point(0.5, 0.99)])
    assert at_the_top.y == -NEAREST
    assert offsets([]) == []


def test_letters_avoid_all_points_where_there_is_room():
    points, others = clustered(6, 0.03), [Point(0.5, 0.55), Point(0.52, 0.7)]
    beside = offsets(points, others)
    for size in SIZES:
        for x, y in middles(points, beside, size):
            for point in (*points, *others):
                near = abs(x - point.x * size[0]) < (WIDE + MARKER) / 2 - 1e-6
                assert not (near and abs(y - point.y * size[1]) < (HIGH + MARKER) / 2 - 1e-6)


def test_letters_beside_a_thousand_points_are_apart_and_are_placed_once():
    points, others = clustered(130, 0.15), clustered(1000, 0.15)
    start = process_time()
    beside = offsets(points, others)
    first = process_time()
    assert offsets(list(points), list(others)) == beside
    assert process_time() - first < (first - start) / 5
    for size in SIZES:
        x, y = np.array(middles(points, beside, size)).T
        apart = (abs(x - x[:, None]) > WIDE - 1e-6) | (abs(y - y[:, None]) > HIGH - 1e-6)
        assert (apart | np.eye(len(points), dtype=bool)).all(), size


def test_points_that_lie_apart_keep_their_letters_close():
    beside = offsets([Point(x / 4, y / 4) for x in range(1, 4) for y in range(1, 4)])
    assert set(beside) == {Offset(0, NEAREST)}
