"""Fronts worked out by hand, and compared with the definition applied to every pair."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.figures.pareto import Objective, dominates, doubtful, front, less, more


def exact(accuracy: float, cost: float) -> tuple[Objective, Objective]:
    return more(accuracy), less(cost)


def timed(accuracy: float, median: float, spread: float) -> tuple[Objective, Objective]:
    return more(accuracy), Objective(median, median - spread, median + spread)


@pytest.mark.parametrize(
    ("points", "on_it"),
    [
        ([], []),
        ([(0.9, 5)], [0]),
        ([(0.9, 5), (0.8, 6)], [0]),  # worse in both
        ([(0.9, 5), (0.8, 4)], [0, 1]),  # each better in one
        ([(0.9, 5), (0.9, 4)], [1]),  # a tie in accuracy: the smaller one
        ([(0.9, 5), (0.8, 5)], [0]),  # a tie in size: the more accurate one
        ([(0.9, 5), (0.9, 5), (0.8, 6)], [0, 1]),  # duplicates do not dominate each other
        ([(0.5, 1), (0.7, 2), (0.6, 3), (0.9, 4), (0.9, 9), (0.4, 1)], [0, 1, 3]),
    ],
)
def test_fronts_worked_out_by_hand(points, on_it):
    assert front([exact(*p) for p in points]) == on_it


def test_four_objectives():
    best = (more(0.9), less(4), less(4), less(4))
    elsewhere = (more(0.8), less(4), less(3), less(9))
    beaten = (more(0.8), less(4), less(4), less(9))
    assert front([best, elsewhere, beaten]) == [0, 1]


def test_to_dominate_is_no_worse_in_any_and_better_in_one():
    assert dominates(exact(0.9, 4), exact(0.9, 5))
    assert not dominates(exact(0.9, 5), exact(0.9, 5))
    assert not dominates(exact(0.9, 5), exact(0.8, 4))


def test_front_agrees_with_the_definition_on_every_pair():
    random = np.random.default_rng(0)
    points = [timed(*p) for p in random.integers(0, 6, (60, 3)).astype(float)]  # many ties and duplicates
    points += [exact(*p) for p in random.integers(0, 6, (60, 2)).astype(float)]
    on_it = front(points)
    assert on_it == [i for i, p in enumerate(points) if not any(dominates(q, p) for q in points)]


def test_a_time_within_noise_drives_nobody_of_equal_accuracy_from_the_front():
    noisy = [timed(0.9, 10, 2), timed(0.9, 11, 2)]
    assert front(noisy) == [0, 1]
    assert doubtful(noisy, [0, 1]) == [1]  # it is the slower one by its median
    assert front([timed(0.9, 10, 0.2), timed(0.9, 11, 0.2)]) == [0]


def test_a_place_that_rests_on_a_time_within_noise_is_doubtful():
    points = [timed(0.8, 10, 2), timed(0.9, 11, 2), timed(0.5, 1, 0.1)]
    assert front(points) == [0, 1, 2]
    assert doubtful(points, [0, 1, 2]) == [0]  # 1 is more accurate, and not clearly slower


def test_the_fastest_stays_though_each_is_within_noise_of_the_next():
    chain = [timed(0.7, 2, 1), timed(0.8, 3.5, 1), timed(0.9, 5, 1)]
    assert 0 in front(chain)
    assert doubtful(chain, front(chain)) == [0, 1]


def test_nothing_counted_exactly_is_doubtful():
    points = [exact(*p) for p in [(0.5, 1), (0.7, 2), (0.7, 2), (0.9, 4)]]
    assert doubtful(points, front(points)) == []
