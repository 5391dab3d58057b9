from __future__ import annotations

import pytest

from simulator.catalog import MODELS
from simulator.config import make_config
from simulator.counts import Count
from simulator.store import open_store
from tests.ui.invented import PROVENANCE, measurement
from ui import tables


@pytest.fixture
def several():
    return [
        measurement("teacher", accuracy=0.95, size_bytes=40_000_000),
        measurement("control", accuracy=0.9, size_bytes=5_000_000, latency=2.0),
        measurement("distilled", accuracy=0.93, size_bytes=5_000_000, latency=2.5),
    ]


def test_a_row_a_variant_with_units(several):
    frame = tables.comparison(several, tables.COST).data
    assert list(frame["Variant"]) == ["teacher", "control", "distilled"]
    assert frame.at[0, "File"] == "40.0 MB"
    assert frame.at[0, "Peak memory of its stage"] == "524 MB"  # 500 MiB, written like every other size


def test_the_best_of_a_column_is_starred(several):
    frame = tables.comparison(several, tables.QUALITY).data
    assert frame.at[0, "Accuracy"] == "★ 95.0 %"
    assert frame.at[1, "Accuracy"] == "90.0 %"
    speed = tables.comparison(several, tables.SPEED).data
    assert speed.at[1, "Batch 1"] == "★ 2.00 ms"


def test_a_value_that_most_share_is_not_marked(several):
    assert tables.best(several, lambda m: m.size_bytes, more_is_better=False) == []
    assert tables.best(several, lambda m: m.accuracy, more_is_better=True) == ["teacher"]


def test_a_latency_that_was_not_measured_says_so(several):
    several[0] = several[0].model_copy(update={"latency_ms": {}})
    frame = tables.comparison(several, tables.SPEED).data
    assert frame.at[0, "Batch 32"] == "not measured"


def test_every_column_has_a_tooltip():
    for columns in (tables.QUALITY, tables.COST, tables.SPEED):
        assert all(tip for _, _, _, tip in columns.values())
        assert set(tables.column_config(columns)) == {"Variant", *columns}


def test_the_csv_holds_plain_numbers(several):
    frame = tables.plain(several)
    assert list(frame["accuracy"]) == [0.95, 0.9, 0.93]
    assert frame.at[0, "latency_ms_batch_1_median"] == 10.0
    assert frame.at[0, "accuracy_low"] == several[0].accuracy_interval[0]


def test_gains_keep_their_sign(several):
    rows = {what: change for what, change, _ in tables.gains(several[1], several[0])}
    assert rows["Accuracy, points"] == "\N{MINUS SIGN}5.0"
    assert rows["File size"] == "\N{MINUS SIGN}87.5 %"
    grown = {what: change for what, change, _ in tables.gains(several[0], several[1])}
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
def two_runs():
    store = open_store()
    store.add("one", make_config({}), None)
    store.add("two", make_config({"temperature": 8.0}), None)
    return store.list_runs()


def test_side_by_side_names_the_rows_that_differ(two_runs, several):
    elsewhere = PROVENANCE.model_copy(update={"source": "pretrained", "device": "another CPU"})
    frame, differing = tables.side_by_side(
        two_runs, {"one": several, "two": several[:2]}, {"one": PROVENANCE, "two": elsewhere}
    )
    assert list(frame.columns) == ["two", "one"]
    assert list(frame.loc["Temperature T"]) == ["8", "4"]
    assert "Temperature T" in differing
    assert "Accuracy, distilled" in differing
    assert "Alpha" not in differing
    assert list(frame.loc["Weights it had"]) == ["pretrained", "from scratch"]
    assert list(frame.loc["Machine"]) == ["another CPU, 2 threads", "a test's CPU, 2 threads"]
    marked = tables.highlight(frame, differing).to_html()
    assert "background-color" in marked


def test_run_rows(two_runs, several):
    assert tables.headline([]) == ("", "")
    assert tables.headline(several[1:]) == ("93.0 %", "")
    frame = tables.run_rows(two_runs, {"one": tables.headline(several)})
    assert list(frame["Run"]) == ["two", "one"]
    assert list(frame["State"]) == ["queued", "queued"]
    assert list(frame["Result"]) == ["", "93.0 %"]
    assert list(frame["File"]) == ["", "\N{MINUS SIGN}87.5 %"]
