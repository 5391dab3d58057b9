from __future__ import annotations

from tests.ui.figures.compare.test_rows import HERE, entry
from tests.ui.invented import TESTED, measurement
from ui.figures.compare import rows
from ui.screens.results.compare.pictures import about_front, brushed


def about(entries, cost):
    return " ".join(about_front(rows.front(entries, "Accuracy", (cost,)), entries, cost, "Accuracy"))


def test_marked_points_are_found_again_by_run_and_variant():
    entries = [entry("a", 0.9), entry("b", 0.9)]
    point = {"customdata": ["b", "pruned", "90.0 %", "1 MB"], "point_index": 0}
    assert brushed({"selection": {"points": [point]}}, entries) == entries[1:]
    assert brushed({"selection": {"points": []}}, entries) is None


def test_a_brush_over_runs_that_are_not_chosen_leaves_an_empty_table():
    point = {"customdata": ["elsewhere", "pruned", "", ""]}
    assert brushed({"selection": {"points": [point]}}, [entry("a", 0.9)]) == []


def test_what_noise_and_chance_may_have_done_is_said():
    noisy = [entry("quick", 0.8, latency=9, spread=2), entry("good", 0.9, latency=10, spread=2)]
    text = about(noisy, "Batch 1")
    assert "Such noise alone keeps 1 of the 2 variants on the front" in text
    assert f"on {TESTED} test examples; one example is 0.5 %" in text
    assert "Such noise" not in about(noisy, "Gzipped")  # bytes are counted


def test_macs_of_examples_of_different_size_and_what_was_not_measured_are_said():
    entries = [entry("short", 0.9, macs_at="21 tokens"), entry("long", 0.8, macs_at="23 tokens", sparse_bytes=5)]
    assert "its size differs here: 21 tokens, 23 tokens" in about(entries, "MACs")
    assert "not measured for them: 1." in about(entries, "Without zeros")


def test_all_costs_at_once_are_counted():
    seeds = [measurement("teacher", 0.95, latency=50.0, macs=9, gzip_bytes=9)]
    entries = [
        entry("a", 0.9, macs=5, size=5),
        rows.entry("a", "teacher", seeds, HERE),
        entry("b", 0.8, macs=5, size=5),
    ]
    assert "2 of 3 variants are on the front" in about(entries, "Gzipped")
