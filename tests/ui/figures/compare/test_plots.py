from __future__ import annotations

from math import log10

import pytest

from tests.ui.invented import measurement
from ui.figures import charts
from ui.figures.compare import plots as compare
from ui.figures.compare import rows
from ui.figures.compare.letters import NEAREST

HERE = rows.Where("digits", "a CPU, 2 threads")
LETTERS = {"one": "A", "two": "B"}


def entry(run, name, accuracy, size, **changes):
    return rows.entry(run, name, [measurement(name, accuracy, gzip_bytes=size, **changes)], HERE)


@pytest.fixture
def entries():
    return [
        entry("one", "teacher", 0.9, 4_000_000),
        entry("one", "pruned", 0.5, 1_000_000),
        entry("two", "pruned", 0.8, 2_000_000),
    ]


def scattered(entries, others=(), cost="Gzipped"):
    front = rows.front([*entries, *others], "Accuracy", (cost,))
    return compare.scatter(entries, others, front, LETTERS, cost, "Accuracy"), front


def test_a_point_has_its_variants_colour_its_runs_letter_and_the_stored_values(entries):
    chart, _ = scattered(entries)
    pruned = next(trace for trace in chart.data if trace.name == "pruned")
    assert (list(pruned.x), list(pruned.y), list(pruned.text)) == ([1, 2], [50, 80], ["A", "B"])
    assert pruned.marker.color == charts.COLOURS["pruned"]
    assert [list(row) for row in pruned.customdata] == [
        ["one", "pruned", "50.0 %", "1.00 MB"], ["two", "pruned", "80.0 %", "2.00 MB"],
    ]  # fmt: skip


def test_the_front_is_a_staircase_over_everything_to_the_dearest(entries):
    chart, front = scattered(entries[:1], others=entries[1:])
    line = next(trace for trace in chart.data if trace.name == "Pareto front")
    assert list(zip(line.x, line.y, strict=True)) == [(1, 50), (1, 50), (2, 50), (2, 80), (4, 80), (4, 90), (4, 90)]
    assert "On the Pareto front of 3: A pruned with 50.0 % at 1.00 MB; B pruned" in compare.scatter_alt(
        front, LETTERS, "Gzipped", "Accuracy"
    )


def test_each_point_has_its_runs_letter_beside_it(entries):
    beside = entry("two", "teacher", 0.905, 4_050_000)
    chart, _ = scattered([*entries, beside])
    assert [(note.text, note.x, note.y) for note in chart.layout.annotations] == [
        ("A", 4, 90), ("A", 1, 50), ("B", 2, 80), ("B", 4.05, 90.5),
    ]  # fmt: skip
    first, alone, _, close = [(note.ax, note.ay) for note in chart.layout.annotations]
    assert alone == (0, -NEAREST)  # above its point
    assert close != first
    wide, _ = scattered([*entries, entry("two", "teacher", 0.1, 40_000_000)])
    assert wide.layout.annotations[0].x == pytest.approx(log10(4))  # as Plotly wants it on a logarithmic axis


def test_the_legend_hides_no_points_because_their_letters_would_stay(entries):
    legend = scattered(entries)[0].layout.legend
    assert legend.itemclick is False and legend.itemdoubleclick is False
    assert legend.orientation == charts.LEGEND["orientation"]  # the rest is as everywhere


def test_the_axes_fit_everything_that_is_drawn_and_say_where_zero_is_missing(entries):
    faint = entry("three", "teacher", 0.95, 5_000_000)
    chart, _ = scattered(entries, others=[faint])
    (left, right), (bottom, top) = chart.layout.xaxis.range, chart.layout.yaxis.range
    assert 0.5 < left < 1 and 5 < right < 5.5
    assert 45 < bottom < 50 and 95 < top < 100
    assert chart.layout.xaxis.title.text == "Gzipped file (MB), does not start at 0"
    assert chart.layout.yaxis.title.text == "Test accuracy (%), does not start at 0"
    (left, right), timed = scattered(entries, cost="Batch 1")[0].layout.xaxis.range, entries[0].middle["Batch 1"]
    assert left < timed[0] and timed[1] < right  # the bars too


def test_times_have_their_middle_half_and_counts_have_none(entries):
    timed = next(trace for trace in scattered(entries, cost="Batch 1")[0].data if trace.name == "teacher")
    assert timed.error_x.array == pytest.approx((1,))
    assert timed.error_x.arrayminus == pytest.approx((1,))
    counted = next(trace for trace in scattered(entries)[0].data if trace.name == "teacher")
    assert counted.error_x.array is None


def test_costs_far_apart_stand_on_a_log_axis(entries):
    assert scattered(entries)[0].layout.xaxis.type is None
    wide = scattered([*entries, entry("two", "teacher", 0.9, 9_000_000)])[0].layout.xaxis
    assert wide.type == "log"
    assert wide.title.text == "Gzipped file (MB), logarithmic, no 0"


def test_nothing_measured_is_said():
    chart, front = scattered([])
    assert "nothing was measured" in compare.scatter_alt(front, LETTERS, "Gzipped", "Accuracy")
    assert chart.layout.height == 460


def test_parallel_lines_pass_through_the_stored_values_in_their_variants_colour(entries):
    (lines,) = compare.parallel(entries, LETTERS, {"Accuracy": (0.5, 0.9), "Gzipped": (1e6, 4e6)}).data
    variant, run, accuracy, size = lines.dimensions
    assert list(variant.ticktext) == ["teacher", "pruned"] and list(variant["values"]) == [0, 1, 1]
    assert list(run.ticktext) == ["A", "B"] and list(run["values"]) == [0, 0, 1]
    assert list(accuracy["values"]) == [90, 50, 80] and list(size["values"]) == [4, 1, 2]
    scale, last = dict(lines.line.colorscale), lines.line.cmax
    assert [scale[place / last] for place in lines.line.color] == [
        charts.COLOURS[name] for name in ("teacher", "pruned", "pruned")
    ]
    assert accuracy.constraintrange is None and size.constraintrange is None  # the whole axis is kept


def test_a_narrower_range_is_a_brush_that_holds_its_own_ends(entries):
    ranges = {"Accuracy": (0.5, 0.8), "Gzipped": (1e6, 4e6)}
    accuracy = compare.parallel(entries, LETTERS, ranges).data[0].dimensions[2]
    assert accuracy.constraintrange[0] < 50 < 80 < accuracy.constraintrange[1] < 81
    assert [compare.inside(e, ranges) for e in entries] == [False, True, True]
    assert not compare.inside(entries[0], {"Without zeros": (0, 1e9)})  # it was not measured
    alt = compare.parallel_alt(entries, entries[1:], LETTERS)
    assert "3 variants, one line each, 2 of them within the ranges. Most accurate: A teacher" in alt
