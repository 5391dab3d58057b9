from __future__ import annotations

import pytest

from tests.ui.invented import measurement
from ui.figures import charts
from ui.figures.run import costs


def test_trade_off_has_the_interval_as_error_bar():
    m = measurement("distilled", accuracy=0.9, gzip_bytes=2_000_000)
    (trace,) = costs.trade_off([m]).data
    assert (trace.x[0], trace.y[0]) == (2.0, 90.0)
    assert trace.y[0] + trace.error_y.array[0] == pytest.approx(100 * m.accuracy_interval[1])
    assert trace.y[0] - trace.error_y.arrayminus[0] == pytest.approx(100 * m.accuracy_interval[0])


def test_sizes_and_latencies():
    pair = [measurement("teacher", size_bytes=8_000_000, gzip_bytes=6_000_000), measurement("pruned", latency=5.0)]
    dense, packed = costs.sizes(pair).data
    assert (dense.y[0], packed.y[0]) == (8.0, 6.0)
    pair[1] = pair[1].model_copy(update={"sparse_bytes": 2_000_000})
    *_, without = costs.sizes(pair).data
    assert (without.name, tuple(without.y)) == ("without zeros", (None, 2.0))
    (bars,) = costs.latencies(pair, "batch_1").data
    assert tuple(bars.y) == (10.0, 5.0)
    assert tuple(bars.marker.color) == (charts.COLOURS["teacher"], charts.COLOURS["pruned"])
    assert costs.latencies(pair, "batch_7").data[0].y == ()


def test_several_seeds_are_one_point_at_their_mean_with_the_standard_deviation():
    seeds = [measurement("control", accuracy=a, repeat=n, latency=10.0 + n) for n, a in enumerate((0.8, 0.85, 0.9))]
    (point,) = costs.trade_off(seeds).data
    assert point.y[0] == pytest.approx(85)
    assert point.error_y.array[0] == point.error_y.arrayminus[0] == pytest.approx(5)
    assert costs.latencies(seeds, "batch_1").data[0].y == pytest.approx([11.0])


def test_alt_texts_of_a_finished_run_state_what_was_measured():
    teacher = measurement("teacher", accuracy=0.9, size_bytes=8_000_000, gzip_bytes=6_000_000, latency=20.0)
    distilled = measurement("distilled", accuracy=0.92, size_bytes=4_000_000, gzip_bytes=3_000_000, latency=8.0)
    pruned = measurement("pruned", accuracy=0.8, size_bytes=4_000_000, gzip_bytes=1_500_000, latency=9.0)
    several = [teacher, distilled, pruned]
    assert costs.trade_off_alt(several) == (
        "Accuracy against gzipped size: distilled is the most accurate, 92.0 % at 3.00 MB; "
        "pruned is the smallest, 80.0 % at 1.50 MB."
    )
    assert costs.sizes_alt(several) == (
        "From teacher to pruned: dense 8.00 MB to 4.00 MB; gzipped 6.00 MB to 1.50 MB. "
        "From distilled to pruned: dense 4.00 MB to 4.00 MB; gzipped 3.00 MB to 1.50 MB."
    )
    assert costs.latencies_alt(several, "batch_1") == (
        "Latency: distilled has the shortest median, 8.00 ms, teacher the longest, 20.0 ms."
    )
    assert costs.latencies_alt(several, "batch_7") == "Latency: not measured."
    alike = [m.model_copy(update={"gzip_bytes": 2_800_000 + n}) for n, m in enumerate(several)]
    assert "teacher, distilled and pruned are the smallest, 2.80 MB." in costs.trade_off_alt(alike)


def test_bars_of_one_seed_are_an_interval_and_of_several_a_deviation() -> None:
    one = [measurement("teacher"), measurement("distilled")]
    assert costs.bars_of(one) == "the 95 % interval"
    assert costs.bars_of([*one, measurement("distilled", repeat=1)]) == "the standard deviation over 2 seeds"
