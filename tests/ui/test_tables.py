from __future__ import annotations

import pytest

from simulator.catalog import MODELS
from simulator.config import make_config
from simulator.counts import Count
from simulator.events import Latency
from simulator.statistics import by_variant
from simulator.store import open_store
from tests.ui.invented import measurement
from ui import columns, tables


@pytest.fixture
def several():
    return [
        measurement("teacher", accuracy=0.95, size_bytes=40_000_000),
        measurement("control", accuracy=0.9, size_bytes=5_000_000, latency=2.0),
        measurement("distilled", accuracy=0.93, size_bytes=5_000_000, latency=2.5),
    ]


def test_a_row_a_variant_with_units(several):
    frame = tables.comparison(several, columns.COST).data
    assert list(frame["Variant"]) == ["teacher", "control", "distilled"]
    assert frame.at[0, "File"] == "40.0 MB"
    assert frame.at[0, "Peak memory of its stage"] == "524 MB"  # 500 MiB, written like every other size


def test_the_best_of_a_column_is_starred(several):
    frame = tables.comparison(several, columns.QUALITY).data
    assert frame.at[0, "Accuracy"] == "★ 95.0 %"
    assert frame.at[1, "Accuracy"] == "90.0 %"
    speed = tables.comparison(several, columns.SPEED).data
    assert speed.at[1, "Batch 1"] == "★ 2.00 ms"


def test_a_value_that_most_share_is_not_marked(several):
    groups = by_variant(several)
    assert tables.best(groups, lambda ms: ms[0].size_bytes, more_is_better=False) == []
    assert tables.best(groups, lambda ms: ms[0].accuracy, more_is_better=True) == ["teacher"]


def test_values_that_print_alike_share_the_star():
    nearly = [measurement("teacher", size_bytes=44_700_100), measurement("control", size_bytes=11_200_100)]
    nearly += [measurement("pruned", size_bytes=11_200_900), measurement("distilled", size_bytes=20_000_000)]
    frame = tables.comparison(nearly, columns.COST).data
    assert frame["File"].tolist() == ["44.7 MB", "★ 11.2 MB", "★ 11.2 MB", "20.0 MB"]


def test_a_latency_that_was_not_measured_says_so(several):
    several[0] = several[0].model_copy(update={"latency_ms": {}})
    frame = tables.comparison(several, columns.SPEED).data
    assert frame.at[0, "Batch 32"] == "not measured"


def test_every_column_has_a_tooltip():
    for shown in (columns.QUALITY, columns.COST, columns.SPEED):
        assert all(tip for _, _, _, tip in shown.values())
        assert set(tables.column_config(shown)) == {"Variant", *shown}


def test_the_csv_holds_plain_numbers(several):
    frame = tables.plain(several)
    assert list(frame["accuracy"]) == [0.95, 0.9, 0.93]
    assert frame.at[0, "latency_ms_batch_1_median"] == 10.0
    assert frame.at[0, "accuracy_low"] == several[0].accuracy_interval[0]


def test_gains_keep_their_sign(several):
    rows = {what: change for what, change, _ in tables.gains([several[1]], several[0])}
    assert rows["Accuracy, points"] == "\N{MINUS SIGN}5.0"
    assert rows["File size"] == "\N{MINUS SIGN}87.5 %"
    grown = {what: change for what, change, _ in tables.gains([several[0]], several[1])}
    assert grown["File size"] == "+700 %"


def test_model_figures_say_what_is_published_and_what_is_not_counted():
    frame = tables.model_figures(MODELS["t5_small"], None)
    assert frame.at["Parameters", "Published"] == "60,506,624"
    assert frame.at["MACs", "Published"] == "no figure found"
    assert set(frame["Counted by us"]) == {"not counted yet"}


def test_model_figures_show_what_was_counted():
    frame = tables.model_figures(MODELS["resnet18"], Count(11_689_512, 1_814_000_000, "224 x 224"))
    assert frame["Counted by us"].tolist() == ["11,689,512", "1.81 G at 224 x 224"]


@pytest.fixture
def three_seeds():
    """A teacher, and three seeds of a control: 80, 85 and 90 %, standard deviation 5."""
    accuracies = enumerate((0.8, 0.85, 0.9))
    return [measurement("teacher", accuracy=0.95)] + [
        measurement("control", accuracy=a, repeat=n) for n, a in accuracies
    ]


def test_several_seeds_are_a_row_of_means_with_their_spread(three_seeds):
    frame = tables.comparison(three_seeds, columns.QUALITY).data
    assert list(frame["Variant"]) == ["teacher", "control"]
    assert frame.at[1, "Accuracy"] == "85.0 % \N{PLUS-MINUS SIGN} 5.0 %"
    assert frame.at[1, "95 % interval"] == "79.4 to 89.3 %"  # 170 of 200: each example once, not 510 of 600
    assert tables.comparison(three_seeds, columns.COST).data.at[1, "Parameters"] == "1.00 k"  # the same for each seed
    assert tables.headline(three_seeds) == ("85.0 % \N{PLUS-MINUS SIGN} 5.0 %", "\N{PLUS-MINUS SIGN}0 %")
    assert list(tables.plain(three_seeds)["repeat"]) == [0, 0, 1, 2]


def test_gains_of_several_seeds_are_means(three_seeds):
    what, change, explanation = tables.gains(three_seeds[1:], three_seeds[0])[0]
    assert (what, change) == ("Accuracy, points", "\N{MINUS SIGN}10.0")
    assert explanation == "95.0 % to 85.0 %. Mean of 3 seeds, standard deviation 5."


def test_a_sparse_file_that_an_earlier_version_did_not_write_is_said_to_be_missing(several):
    several[1] = several[1].model_copy(update={"sparse_bytes": 2_000_000})
    shown = tables.comparison(several, columns.COST).data["Without zeros"]
    assert list(shown) == ["not measured", "★ 2.00 MB", "not measured"]


@pytest.fixture
def two_runs():
    store = open_store()
    store.add("one", make_config({}), None)
    store.add("two", make_config({"temperature": 8.0}), None)
    return store.list_runs()


def test_run_rows(two_runs, several):
    assert tables.headline([]) == ("", "")
    assert tables.headline(several[1:]) == ("93.0 %", "")
    frame = tables.run_rows(two_runs, {"one": tables.headline(several)}, {"two": "Ada\nI expected more."})
    assert list(frame["Run"]) == ["two", "one"]
    assert list(frame["State"]) == ["queued", "queued"]
    assert list(frame["Notes"]) == ["Ada", ""]
    assert list(frame["Result"]) == ["", "93.0 %"]
    assert list(frame["File"]) == ["", "\N{MINUS SIGN}87.5 %"]


def timed(name, median, spread):
    latency = Latency(
        median=median, p25=median - spread, p75=median + spread, p95=median + 2 * spread, runs=9, threads=2
    )
    return measurement(name).model_copy(update={"latency_ms": {"batch_1": latency, "batch_32": latency}})


def test_no_star_and_no_gain_where_times_are_noise():
    noisy = [timed("teacher", 10.0, 3.0), timed("pruned", 8.0, 3.0)]
    clear = [timed("teacher", 10.0, 0.5), timed("pruned", 8.0, 0.5)]
    assert "★" not in str(tables.comparison(noisy, columns.SPEED).data.loc[1, "Batch 1"])
    assert "★" in str(tables.comparison([*clear, timed("control", 11.0, 0.5)], columns.SPEED).data.loc[1, "Batch 1"])
    assert {w: c for w, c, _ in tables.gains(noisy[1:], noisy[0])}["Latency, batch 1"] == "within noise"
    assert "20" in {w: c for w, c, _ in tables.gains(clear[1:], clear[0])}["Latency, batch 1"]
