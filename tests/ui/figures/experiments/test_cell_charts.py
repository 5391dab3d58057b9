from __future__ import annotations

import pytest

from simulator.events import CellFinished
from simulator.experiments import EXPERIMENTS, make_experiment
from tests.ui.reading import read
from ui.figures.experiments import cell_charts as charts
from ui.figures.experiments import cell_table
from ui.figures.experiments.views import view_of


def cell(seed=0, values=None, **at):
    return CellFinished(at=at, seed=seed, values={"accuracy": 0.5} if values is None else values)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_has_a_chart_before_its_first_cell(name):
    view = view_of(EXPERIMENTS[name])
    axes = {axis.setting: axis.values for axis in make_experiment(name).axes}
    for value in view.quantities.titles:
        chart = charts.draw(view, value, [], axes)
        assert chart.layout.height >= charts.HEIGHT
        assert "Nothing is measured yet" in chart.layout.annotations[-1].text
        assert "no cell is measured yet" in charts.alt(view, value, [])


def test_lines_are_means_over_the_seeds_with_each_seed_beside():
    view = view_of(EXPERIMENTS["few_labels"])
    measured = [cell(seed, {"accuracy": y}, labels=50, student="control") for seed, y in enumerate((0.4, 0.6))]
    measured.append(cell(0, {"accuracy": 0.9}, labels=100, student="control"))
    dots, line = charts.draw(view, "accuracy", measured, {"labels": (50, 100)}).data
    assert list(dots.y) == [40, 60, 90]
    assert (list(line.x), list(line.y)) == ([50, 100], [50, 90])
    assert line.line.color == charts.COLOURS["control"]
    assert "highest 90.0 % at labels 100" in charts.alt(view, "accuracy", measured)


def test_a_map_keeps_empty_the_cells_that_are_not_measured():
    view = view_of(EXPERIMENTS["sweep"])
    axes = {"temperature": (1.0, 4.0), "target_sparsity": (0.5, 0.9)}
    measured = [cell(0, {"final": 0.5}, temperature=4.0, target_sparsity=0.9)]
    (heat,) = charts.draw(view, "final", measured, axes).data
    assert [list(row) for row in heat.z] == [[None, None], [None, 0.5]]
    assert heat.text[1][1] == "50.0 %"
    assert (list(heat.x), list(heat.y)) == (["1", "4"], ["0.5", "0.9"])


def test_the_four_way_map_names_both_factors():
    (heat,) = charts.draw(view_of(EXPERIMENTS["four_way"]), "accuracy", [cell(teacher=True, pruned=False)], {}).data
    assert (list(heat.x), list(heat.y)) == (["yes"], ["no"])


def test_bars_show_the_published_figure_as_such():
    view = view_of(EXPERIMENTS["missing_digit"])
    measured = [
        cell(0, {"threes_after": 0.25}, student="control"),
        cell(0, {"threes_after": 0.75}, student="distilled", temperature=4.0),
    ]
    chart = charts.draw(view, "threes_after", measured, {"temperature": (4.0,)})
    assert list(chart.data[0].x) == ["control", "temperature 4"]
    assert list(chart.data[0].y) == [25, 75]
    assert chart.layout.annotations[0].text == "98.6 % published, on MNIST"


def test_pairs_stand_side_by_side_with_each_seed_on_its_bar():
    view = view_of(EXPERIMENTS["mistakes"])
    measured = [
        cell(seed, {"accuracy": y}, mistake="masks not held", done=done)
        for done, ys in (("right", (0.5, 0.7)), ("wrong", (0.25, 0.25)))
        for seed, y in enumerate(ys)
    ]
    right, right_seeds, wrong, wrong_seeds = charts.draw(view, "accuracy", measured, {}).data
    assert (right.name, wrong.name) == ("right", "wrong")
    assert (list(right.y), list(wrong.y)) == ([60], [25])
    assert list(right.x) == list(wrong.x) == ["masks not<br>held"]
    assert (list(right_seeds.y), list(wrong_seeds.y)) == ([50, 70], [25, 25])
    assert right.offsetgroup == right_seeds.offsetgroup != wrong.offsetgroup
    assert right.marker.color != wrong.marker.color
    assert "highest 70.0 % at mistake masks not held, done right" in charts.alt(view, "accuracy", measured)


def test_lines_of_names_are_told_apart():
    view = view_of(EXPERIMENTS["importance"])
    axes = {axis.setting: axis.values for axis in make_experiment("importance").axes}
    measured = [
        cell(0, {"accuracy": 0.5}, importance=name, target_sparsity=s)
        for name in axes["importance"]
        for s in (0.5, 0.9)
    ]
    named = [trace for trace in charts.draw(view, "accuracy", measured, axes).data if trace.name]
    assert [trace.name for trace in named] == list(axes["importance"])
    assert len({trace.line.color for trace in named}) == 4


def test_the_table_says_where_a_cell_was_measured():
    view = view_of(EXPERIMENTS["four_way"])
    old = cell(1, {"accuracy": 0.5, "nonzero": 1234.0}, teacher=True, pruned=False).model_copy(
        update={"measured_in": "abc"}
    )
    shown = read(cell_table.cells([old, cell(0, {"accuracy": 0.25}, teacher=False, pruned=False)], view.quantities))
    assert shown["Teacher"] == ["yes", "no"]
    assert shown["Measured in"] == ["abc", "this run"]
    assert shown["Test accuracy"] == ["50.0 %", "25.0 %"]
    assert shown["Non-zero parameters"] == ["1,230", ""]
    assert [row["accuracy"] for row in cell_table.raw([old])] == [0.5]
