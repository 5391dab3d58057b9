from __future__ import annotations

import pytest

from simulator.catalog.counts import Count
from simulator.catalog.models import MODELS
from simulator.events import Latency
from simulator.figures import numbers
from simulator.figures.statistics import by_variant
from tests.ui.invented import measurement
from tests.ui.reading import read
from ui.figures import columns
from ui.figures.run import tables


def texts(cells):
    return tuple(cell.text for cell in cells)


@pytest.fixture
def several():
    return [
        measurement("teacher", accuracy=0.95, size_bytes=40_000_000),
        measurement("control", accuracy=0.9, size_bytes=5_000_000, latency=2.0, macs=2000),
        measurement("distilled", accuracy=0.93, size_bytes=5_000_000, latency=2.5),
    ]


def test_a_row_a_variant_with_units(several):
    shown = read(tables.comparison(several, columns.COST))
    assert shown["Variant"] == ["teacher", "control", "distilled"]
    assert shown["File"][0] == "40.0 MB"
    assert shown["Peak memory of its stage"][0] == "524 MB"  # 500 MiB, written like every other size


def test_the_best_of_a_column_is_starred(several):
    shown = read(tables.comparison(several, columns.QUALITY))
    assert shown["Accuracy"][0] == "★ 95.0 %"
    assert shown["Accuracy"][1] == "90.0 %"
    speed = read(tables.comparison(several, columns.SPEED))
    assert speed["Batch 1"][1] == "★ 2.00 ms"


def test_a_value_that_most_share_is_not_marked(several):
    groups = by_variant(several)
    assert tables.best(groups, columns.COST["File"]) == []
    assert tables.best(groups, columns.QUALITY["Accuracy"]) == ["teacher"]


def test_values_that_print_alike_share_the_star():
    nearly = [measurement("teacher", size_bytes=44_700_100), measurement("control", size_bytes=11_200_100)]
    nearly += [measurement("pruned", size_bytes=11_200_900), measurement("distilled", size_bytes=20_000_000)]
    shown = read(tables.comparison(nearly, columns.COST))
    assert shown["File"] == ["44.7 MB", "★ 11.2 MB", "★ 11.2 MB", "20.0 MB"]


def test_a_latency_that_was_not_measured_says_so(several):
    several[0] = several[0].model_copy(update={"latency_ms": {}})
    shown = read(tables.comparison(several, columns.SPEED))
    assert shown["Batch 32"][0] == "not measured"


def test_every_column_has_a_tooltip():
    for part in (columns.QUALITY, columns.COST, columns.SPEED):
        shown = read(tables.comparison([measurement("teacher")], part))
        assert shown.titles == ["Variant", *part]
        assert all(shown.tips[title] for title in part)


def test_the_csv_holds_plain_numbers(several):
    rows = tables.plain(several)
    assert [row["accuracy"] for row in rows] == [0.95, 0.9, 0.93]
    assert rows[0]["latency_ms_batch_1_median"] == 10.0
    assert rows[0]["accuracy_low"] == several[0].accuracy_interval[0]


def test_gains_keep_their_sign(several):
    rows = {label: change for label, change, _ in tables.gains([several[1]], several[0])}
    assert rows["Accuracy, points"] == "\N{MINUS SIGN}5.0"
    assert rows["File size"] == "\N{MINUS SIGN}87.5 %"
    grown = {label: change for label, change, _ in tables.gains([several[0]], several[1])}
    assert grown["File size"] == "+700 %"


def test_model_figures_say_what_is_published_and_what_is_not_counted():
    shown = read(tables.model_figures(MODELS["t5_small"], None))
    assert shown["Reference"] == ["60,506,624", "no figure found"]
    assert shown["Counted by us"] == ["not counted yet"] * 2


def test_model_figures_show_what_was_counted():
    shown = read(tables.model_figures(MODELS["resnet18"], Count(11_689_512, 1_814_000_000, "224 x 224")))
    assert shown["Counted by us"] == ["11,689,512", "1.81 G"]


@pytest.fixture
def three_seeds():
    """A teacher, and three seeds of a control: 80, 85 and 90 %, standard deviation 5."""
    accuracies = enumerate((0.8, 0.85, 0.9))
    return [measurement("teacher", accuracy=0.95)] + [
        measurement("control", accuracy=a, repeat=n) for n, a in accuracies
    ]


def test_several_seeds_are_a_row_of_means_with_their_spread(three_seeds):
    shown = read(tables.comparison(three_seeds, columns.QUALITY))
    assert shown["Variant"] == ["teacher", "control"]
    assert shown["Accuracy"][1] == "85.0 % \N{PLUS-MINUS SIGN} 5.0 %"
    assert shown["95 % interval"][1] == "79.4 to 89.3 %"  # 170 of 200: each example once, not 510 of 600
    assert read(tables.comparison(three_seeds, columns.COST))["Parameters"][1] == "1.00 k"  # the same for each seed
    assert texts(tables.headline(three_seeds)) == ("85.0 % \N{PLUS-MINUS SIGN} 5.0 %", "\N{PLUS-MINUS SIGN}0 %")
    assert [row["repeat"] for row in tables.plain(three_seeds)] == [0, 0, 1, 2]


def test_gains_of_several_seeds_are_means(three_seeds):
    label, change, explanation = tables.gains(three_seeds[1:], three_seeds[0])[0]
    assert (label, change) == ("Accuracy, points", "\N{MINUS SIGN}10.0")
    assert explanation == "95.0 % to 85.0 %. Mean of 3 seeds, standard deviation 5."


def test_a_sparse_file_that_an_earlier_version_did_not_write_is_said_to_be_missing(several):
    several[1] = several[1].model_copy(update={"sparse_bytes": 2_000_000})
    shown = read(tables.comparison(several, columns.COST))
    assert shown["Without zeros"] == ["not measured", "★ 2.00 MB", "not measured"]
    assert shown.orders("Without zeros") == [None, 2_000_000, None]


def test_run_rows(two_runs, several):
    assert texts(tables.headline([])) == ("", "")
    assert texts(tables.headline(several[1:])) == ("93.0 %", "")
    shown = read(tables.run_rows(two_runs, {"one": tables.headline(several)}, {"two": "Ada\nI expected more."}))
    assert shown["Run"] == ["two", "one"]
    assert shown["State"] == ["queued", "queued"]
    assert shown["Notes"] == ["Ada", ""]
    assert shown["Changed"] == ["T = 8", "nothing"]
    assert shown["Accuracy"] == ["", "93.0 %"]
    assert shown["File"] == ["", "\N{MINUS SIGN}87.5 %"]


def timed(name, median, spread, others_cpu=None, **changes):
    latency = Latency(
        median=median, p25=median - spread, p75=median + spread, p95=median + 2 * spread, runs=9, threads=2,
        others_cpu=others_cpu,
    )  # fmt: skip
    return measurement(name, **changes, latency_ms={"batch_1": latency, "batch_32": latency})


def test_no_star_and_no_gain_where_times_are_noise():
    noisy = [timed("teacher", 10.0, 1.4), timed("pruned", 8.0, 1.1, macs=2500)]
    clear = [timed("teacher", 10.0, 0.5), timed("pruned", 8.0, 0.5, macs=2500)]
    assert "★" not in str(read(tables.comparison(noisy, columns.SPEED))["Batch 1"][1])
    assert "★" in str(read(tables.comparison([*clear, timed("control", 11.0, 0.5)], columns.SPEED))["Batch 1"][1])
    assert {w: c for w, c, _ in tables.gains(noisy[1:], noisy[0])}["Latency, batch 1"] == "within noise"
    assert "20" in {w: c for w, c, _ in tables.gains(clear[1:], clear[0])}["Latency, batch 1"]


@pytest.mark.parametrize(
    ("after", "change_shown"),
    [
        (timed("pruned", 8.0, 0.5), "equal networks"),
        (timed("pruned", 8.0, 0.5, others_cpu=0.6, macs=2500), "busy machine"),
        (timed("pruned", 8.0, 1.3, macs=2500), "busy machine"),  # the calls lie far apart
    ],
)
def test_no_star_and_no_gain_of_equal_networks_or_on_a_busy_machine(after, change_shown):
    before = timed("teacher", 10.0, 0.1)
    assert {w: c for w, c, _ in tables.gains([after], before)}["Latency, batch 1"] == change_shown
    assert "★" not in str(read(tables.comparison([before, after], columns.SPEED))["Batch 1"])
    note = numbers.busy_note([before, after])
    assert ("not comparable" in note) == (change_shown == "busy machine")
    assert ("60 % of its cores" in note) == (after.latency_ms["batch_1"].others_cpu == 0.6)
