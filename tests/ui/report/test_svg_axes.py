"""Axes of charts drawn as SVG."""

from __future__ import annotations

import pytest

from ui.report import svg_axes


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 5, [0, 1, 2, 3, 4, 5]), (0, 100, [0, 20, 40, 60, 80, 100]), (97.2, 99.1, [97.5, 98.0, 98.5, 99.0])],
)
def test_ticks_are_round_numbers(low: float, high: float, ticks: list[float]) -> None:
    assert svg_axes.nice_ticks(low, high) == pytest.approx(ticks)
