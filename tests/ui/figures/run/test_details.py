from __future__ import annotations

import pytest

from simulator.events import VARIANTS, LayerReport
from simulator.runs import recorded
from tests.ui.figures.test_charts import contrast
from tests.ui.invented import measurement
from ui.figures.charts import COLOURS
from ui.figures.run import details


def test_layer_sparsity_shows_weights_not_biases():
    chart = details.layer_sparsity([measurement("pruned")], [measurement("distilled")])
    (bars,) = chart.data
    assert list(bars.y) == ["conv"]
    assert list(bars.x) == [50.0]
    assert chart.layout.xaxis.title.text == "Zeros (%)"


def test_of_a_layer_that_became_smaller_the_share_that_is_gone_is_shown():
    before = (LayerReport(name="conv", kind="Conv2d", shape=(4, 3, 3, 3), parameters=108, nonzero_parameters=108),)
    after = (LayerReport(name="conv", kind="Conv2d", shape=(1, 3, 3, 3), parameters=27, nonzero_parameters=27),)
    student = measurement("distilled", layers=before)
    chart = details.layer_sparsity([measurement("pruned", layers=after)], [student])
    assert list(chart.data[0].x) == [75.0]
    assert chart.layout.xaxis.title.text == "Removed (%)"
    assert list(details.layer_sparsity([student]).data[0].x) == [0.0]


def conv(nonzero):
    return (LayerReport(name="conv", kind="Conv2d", shape=(10, 1, 1, 1), parameters=10, nonzero_parameters=nonzero),)


def test_what_a_layer_lost_in_several_seeds_is_a_mean_with_its_deviation():
    seeds = [measurement("pruned", layers=conv(n), repeat=r) for r, n in enumerate((4, 5, 6))]
    (bars,) = details.layer_sparsity(seeds).data
    assert list(bars.x) == [50.0]
    assert bars.error_x.array == pytest.approx([10.0])  # of 60, 50 and 40
    assert "mean of 3 seeds" in bars.hovertemplate
    assert not details.layer_sparsity(seeds[:1]).data[0].error_x.visible


def test_the_confusions_of_several_seeds_are_means_with_the_deviation_in_the_tooltip():
    seeds = [measurement("control", confusion=((n, 10 - n), (0, 10)), repeat=r) for r, n in enumerate((8, 9))]
    chart = details.confusion(seeds, ("cat", "dog"))
    assert [list(row) for row in chart.data[0].z] == [[8.5, 1.5], [0, 10]]
    assert [a.text for a in chart.layout.annotations] == ["8.5", "1.5", "0.0", "10.0"]
    assert chart.data[0].customdata[0][0] == "8.5 \N{PLUS-MINUS SIGN} 0.7"  # 0.5 * sqrt(2)


def test_layer_names_lose_what_most_of_them_share():
    names = ["bert.layer.0.q_lin.weight", "bert.layer.1.q_lin.weight", "bert.layer.1.k_lin.weight", "head.weight"]
    assert details.short_names(names) == ["layer.0.q_lin", "layer.1.q_lin", "layer.1.k_lin", "head"]
    assert details.short_names(["encoder.block.0.q.weight", "decoder.block.0.q.weight"]) == [
        "encoder.0.q",
        "decoder.0.q",
    ]
    assert details.short_names(["a.weight", "a"]) == ["a.weight", "a"]  # equal when shortened
    assert details.short_names([]) == []


@pytest.mark.parametrize("shipped", recorded.all_recorded(), ids=lambda r: r.run.config.model)
def test_names_of_the_real_models_are_short_enough_for_a_phone(shipped):
    names = [layer.name for layer in shipped.measurements[-1].layers if len(layer.shape) > 1]
    short = details.short_names(names)
    assert len(set(short)) == len(names)
    assert max(map(len, short)) <= details.LONGEST


def test_confusion_is_drawn_as_it_was_measured():
    m = measurement("control")
    chart = details.confusion([m], ("cat", "dog"))
    (heat,) = chart.data
    assert tuple(tuple(row) for row in heat.z) == m.confusion
    assert tuple(heat.x) == ("cat", "dog")
    assert tuple(details.confusion([m], ()).data[0].x) == ("0", "1")
    assert [int(a.text) for a in chart.layout.annotations] == [n for row in m.confusion for n in row]
    assert chart.layout.xaxis.showgrid is chart.layout.yaxis.showgrid is False


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("share", [0, 0.25, 0.5, 0.75, 1])
def test_numbers_stand_out_from_every_cell(variant, share):
    cell = details.mixed(details.LIGHTEST, COLOURS[variant], share)
    assert contrast(details.readable_on(cell), cell) >= 4.5


def test_a_confusion_matrix_without_answers_has_no_strong_cell():
    chart = details.confusion([measurement("control", confusion=((0, 0), (0, 0)))], ())
    assert {a.font.color for a in chart.layout.annotations} == {"#000000"}
