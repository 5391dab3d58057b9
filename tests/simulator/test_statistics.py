from __future__ import annotations

import math

import pytest

from simulator.statistics import intervals_overlap, relative, wilson_interval
from tests.ui.invented import measurement


def test_wilson_interval_equals_published_values():
    # Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263 and 15 of 148 by the score method.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson_interval(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


@pytest.mark.parametrize("n", [1, 7, 450, 10**6])
def test_wilson_interval_holds_the_proportion_and_stays_inside(n):
    for successes in {0, 1, n // 2, n}:
        low, high = wilson_interval(successes, n)
        assert 0 <= low <= successes / n <= high <= 1


def test_wilson_interval_is_symmetric_and_widens_with_confidence():
    low, high = wilson_interval(3, 40)
    assert wilson_interval(37, 40) == pytest.approx((1 - high, 1 - low))
    wide_low, wide_high = wilson_interval(3, 40, confidence=0.99)
    assert wide_low < low and high < wide_high


@pytest.mark.parametrize(("successes", "n", "confidence"), [(1, 0, 0.95), (-1, 5, 0.95), (6, 5, 0.95), (1, 5, 1.0)])
def test_wilson_interval_refuses_nonsense(successes, n, confidence):
    with pytest.raises(ValueError, match="choose"):
        wilson_interval(successes, n, confidence)


def test_relative_figures():
    teacher = measurement("teacher", accuracy=0.9, macs=400, size_bytes=4000)
    student = measurement("control", accuracy=0.87, macs=100, size_bytes=1000)
    change = relative(student, teacher)
    assert change.accuracy_change_points == pytest.approx(-3)
    assert (change.size_reduction, change.macs_reduction) == (75, 75)


def test_a_variant_that_got_slower_and_larger_has_negative_figures():
    teacher = measurement("teacher", size_bytes=1000, latency=10.0)
    worse = measurement("pruned", size_bytes=1500, latency=12.5)
    change = relative(worse, teacher)
    assert change.size_reduction == pytest.approx(-50)
    assert change.latency_improvement == pytest.approx({"batch_1": -25, "batch_32": -25})


def test_a_batch_that_only_one_of_them_was_timed_with_is_left_out():
    teacher, student = measurement("teacher"), measurement("control")
    student = student.model_copy(update={"latency_ms": {"batch_1": student.latency_ms["batch_1"]}})
    assert set(relative(student, teacher).latency_improvement) == {"batch_1"}
    assert math.isclose(relative(student, teacher).latency_improvement["batch_1"], 0)


def test_intervals_overlap():
    low, high = measurement("control", accuracy=0.5), measurement("distilled", accuracy=0.9)
    assert intervals_overlap(low, low)
    assert not intervals_overlap(low, high)
    assert not intervals_overlap(high, low)
