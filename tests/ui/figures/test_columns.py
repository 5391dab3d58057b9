"""The columns of the compression table: means over seeds, and what was not measured."""

from __future__ import annotations

import pytest

from simulator.figures.statistics import wilson_interval
from tests.ui.invented import TESTED, measurement
from ui.figures.columns import COST, MISSING, QUALITY, SPEED

EVERY = QUALITY | COST | SPEED


def test_a_figure_of_several_seeds_is_their_mean_with_its_spread() -> None:
    seeds = [measurement("distilled", accuracy, repeat=n) for n, accuracy in enumerate((0.8, 0.9))]
    assert QUALITY["Accuracy"].value(seeds) == pytest.approx(0.85)
    assert QUALITY["Accuracy"].show(seeds).startswith("85.0 %")
    assert QUALITY["Accuracy"].show(seeds) != QUALITY["Accuracy"].show(seeds[:1])
    low, high = wilson_interval(round(0.85 * TESTED), TESTED)
    assert QUALITY["95 % interval"].show(seeds) == f"{100 * low:.1f} to {100 * high:.1f} %"


def test_what_was_not_measured_is_called_so_and_sorted_nowhere() -> None:
    untimed = measurement("pruned", latency_ms={}, sparse_bytes=None)
    for name in (*SPEED, "Without zeros"):
        cell = EVERY[name].cell([untimed])
        assert (cell.text, cell.order) == (MISSING, None), name


def test_a_seed_without_a_figure_does_not_count_as_nothing() -> None:
    seeds = [measurement("pruned", latency=4.0), measurement("pruned", latency_ms={}, repeat=1)]
    assert SPEED["Batch 1"].value(seeds) == 4.0


def test_more_is_better_of_quality_and_less_of_cost() -> None:
    assert {column.best for name, column in QUALITY.items() if name != "95 % interval"} == {max}
    assert {column.best for column in COST.values()} == {min, None}
    assert all(column.tip for column in EVERY.values())


def test_the_middle_half_and_the_slowest_calls_are_those_of_the_timing() -> None:
    measured = [measurement("teacher", latency=10.0)]  # 9, 11 and 12 ms
    assert SPEED["Middle half, batch 1"].show(measured) == "9.00 to 11.0 ms"
    assert SPEED["95 % under, batch 32"].show(measured) == "12.0 ms"
