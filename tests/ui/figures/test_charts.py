from __future__ import annotations

import pytest

from simulator.events import VARIANTS
from tests.ui.invented import measurement, whole_run
from ui.figures import charts
from ui.figures.run import details
from ui.following.story import tell


@pytest.fixture
def story():
    return tell(enumerate(whole_run(), 1))


def named(figure):
    return {trace.name: trace for trace in figure.data if trace.name}


def test_every_variant_has_a_colour_a_dash_and_a_symbol_of_its_own():
    for looks in (charts.COLOURS, charts.DASHES, charts.SYMBOLS):
        assert set(looks) == set(VARIANTS)
    assert len(set(charts.COLOURS.values())) == len(set(charts.SYMBOLS.values())) == len(VARIANTS)


@pytest.mark.parametrize("background", ["#FFFFFF", "#11181D"])
def test_every_colour_stands_out_from_both_backgrounds(background):
    for colour in charts.COLOURS.values():
        assert contrast(colour, background) >= 3


def contrast(a, b):
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_losses_draws_every_logged_step_and_the_mean_in_the_variants_colour(story):
    figure = charts.losses(story.losses, "hard", ("control", "distilled"), last_epoch=2)
    faint, bold = figure.data[0], figure.data[1]
    assert list(faint.x) == [0.5, 1.0, 1.5, 2.0]
    assert list(faint.y) == [p.hard for p in story.losses["control"]]
    assert bold.name == "control"
    assert bold.line.color == charts.COLOURS["control"]
    assert set(named(figure)) == {"control", "distilled"}
    assert tuple(figure.layout.xaxis.range) == (0, 2)


def test_soft_loss_of_the_control_does_not_exist(story):
    assert charts.loss_series(story.losses["control"], "soft") == []
    assert len(charts.loss_series(story.losses["distilled"], "soft")) == 4


def test_an_empty_chart_says_so_in_place_of_axes():
    figure = charts.losses({}, "hard", ("control",))
    assert figure.layout.xaxis.visible is False
    assert "begins" in figure.layout.annotations[0].text
    assert charts.losses_alt({}, "hard", ("control",)) == "Hard loss by epoch: no steps yet."


def test_long_series_are_thinned_evenly(story):
    point = story.losses["control"][0]
    many = [point.model_copy(update={"epoch": float(i), "hard": float(i)}) for i in range(2001)]
    pairs = charts.loss_series(many, "hard")
    assert len(pairs) <= charts.MOST_POINTS
    assert pairs[0] == (0.0, 0.0)
    assert pairs[1][0] - pairs[0][0] == pairs[-1][0] - pairs[-2][0]


def test_running_mean():
    assert charts.running_mean([3.0, 1.0]) == [3.0, 1.0]
    values = [1.0] * 15 + [4.0] * 15
    mean = charts.running_mean(values)
    assert len(mean) == 30
    assert mean[14:17] == [1.0, 2.5, 4.0]


def test_alt_texts_state_the_finding(story):
    assert charts.losses_alt(story.losses, "hard", ("control",)) == (
        "Hard loss by epoch: control went from 1.00 to 0.250."
    )
    assert charts.validation_alt(story.epochs, ["control"]) == "Validation accuracy: control 80.0 % after epoch 1."
    assert charts.validation_alt({}, ["control"]) == "Validation accuracy: no epoch is over yet."


def test_validation_accuracy_in_per_cent(story):
    figure = charts.validation(story.epochs, ["control", "recovered"])
    assert list(named(figure)["recovered"].y) == pytest.approx([10, 80])


def test_trade_off_has_the_interval_as_error_bar():
    m = measurement("distilled", accuracy=0.9, gzip_bytes=2_000_000)
    (trace,) = charts.trade_off([m]).data
    assert (trace.x[0], trace.y[0]) == (2.0, 90.0)
    assert trace.y[0] + trace.error_y.array[0] == pytest.approx(100 * m.accuracy_interval[1])
    assert trace.y[0] - trace.error_y.arrayminus[0] == pytest.approx(100 * m.accuracy_interval[0])


def test_sizes_and_latencies():
    pair = [measurement("teacher", size_bytes=8_000_000, gzip_bytes=6_000_000), measurement("pruned", latency=5.0)]
    dense, packed = charts.sizes(pair).data
    assert (dense.y[0], packed.y[0]) == (8.0, 6.0)
    pair[1] = pair[1].model_copy(update={"sparse_bytes": 2_000_000})
    *_, without = charts.sizes(pair).data
    assert (without.name, tuple(without.y)) == ("without zeros", (None, 2.0))
    (bars,) = charts.latencies(pair, "batch_1").data
    assert tuple(bars.y) == (10.0, 5.0)
    assert tuple(bars.marker.color) == (charts.COLOURS["teacher"], charts.COLOURS["pruned"])
    assert charts.latencies(pair, "batch_7").data[0].y == ()


def test_every_chart_has_a_fixed_height(story):
    several = [measurement(v) for v in VARIANTS]
    for figure in (
        charts.losses(story.losses, "hard", VARIANTS),
        charts.validation(story.epochs, VARIANTS),
        charts.trade_off(several),
        charts.sizes(several),
        charts.latencies(several, "batch_1"),
        details.layer_sparsity(several[:1]),
        details.confusion(several[:1], ()),
    ):
        assert figure.layout.height


def test_several_seeds_are_one_point_at_their_mean_with_the_standard_deviation():
    seeds = [measurement("control", accuracy=a, repeat=n, latency=10.0 + n) for n, a in enumerate((0.8, 0.85, 0.9))]
    (point,) = charts.trade_off(seeds).data
    assert point.y[0] == pytest.approx(85)
    assert point.error_y.array[0] == point.error_y.arrayminus[0] == pytest.approx(5)
    assert charts.latencies(seeds, "batch_1").data[0].y == pytest.approx([11.0])


def test_alt_texts_of_a_finished_run_state_what_was_measured():
    teacher = measurement("teacher", accuracy=0.9, size_bytes=8_000_000, gzip_bytes=6_000_000, latency=20.0)
    distilled = measurement("distilled", accuracy=0.92, size_bytes=4_000_000, gzip_bytes=3_000_000, latency=8.0)
    pruned = measurement("pruned", accuracy=0.8, size_bytes=4_000_000, gzip_bytes=1_500_000, latency=9.0)
    several = [teacher, distilled, pruned]
    assert charts.trade_off_alt(several) == (
        "Accuracy against gzipped size: distilled is the most accurate, 92.0 % at 3.00 MB; "
        "pruned is the smallest, 80.0 % at 1.50 MB."
    )
    assert charts.sizes_alt(several) == (
        "From teacher to pruned: dense 8.00 MB to 4.00 MB; gzipped 6.00 MB to 1.50 MB. "
        "From distilled to pruned: dense 4.00 MB to 4.00 MB; gzipped 3.00 MB to 1.50 MB."
    )
    assert charts.latencies_alt(several, "batch_1") == (
        "Latency: distilled has the shortest median, 8.00 ms, teacher the longest, 20.0 ms."
    )
    assert charts.latencies_alt(several, "batch_7") == "Latency: not measured."
    alike = [m.model_copy(update={"gzip_bytes": 2_800_000 + n}) for n, m in enumerate(several)]
    assert "teacher, distilled and pruned are the smallest, 2.80 MB." in charts.trade_off_alt(alike)
