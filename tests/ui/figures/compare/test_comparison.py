from __future__ import annotations

import pytest

from simulator.figures.statistics import by_variant, was_busy
from simulator.runs import recorded
from tests.ui.invented import PROVENANCE, measurement
from tests.ui.reading import read
from ui.figures import columns
from ui.figures.compare import comparison, rows
from ui.figures.compare.rows import Front

LETTERS = {"two": "A", "one": "B"}


@pytest.fixture
def several():
    return [
        measurement("teacher", accuracy=0.95, size_bytes=40_000_000),
        measurement("control", accuracy=0.9, size_bytes=5_000_000, latency=2.0),
        measurement("distilled", accuracy=0.93, size_bytes=5_000_000, latency=2.5),
    ]


def side_by_side(runs, measured, provenances):
    names = comparison.run_names(runs, LETTERS)
    entries = [rows.entry(run.id, m.name, [m], None) for run in runs for m in measured[run.id]]
    texts = comparison.side_by_side(runs, entries, provenances)
    differing = comparison.differing(texts)
    return read(comparison.marked(texts, list(names.values()), differing)), differing


def test_side_by_side_names_the_rows_that_differ(two_runs, several):
    elsewhere = PROVENANCE.model_copy(update={"source": "pretrained", "device": "another CPU"})
    shown, differing = side_by_side(
        two_runs, {"one": several, "two": several[:2]}, {"one": PROVENANCE, "two": elsewhere}
    )
    assert shown.titles == ["What", "A: T = 8", "B: T = 4"]
    assert shown.row("Temperature T") == ["8", "4"]
    assert "Temperature T" in differing
    assert "Accuracy, distilled" not in differing  # one of them has none
    assert "Alpha" not in differing
    assert shown.row("Weights used") == ["pretrained", "from scratch"]
    assert shown.row("Machine") == ["another CPU, 2 threads", "a test's CPU, 2 threads"]
    assert shown.tinted() == differing


def test_what_was_not_measured_does_not_count_as_differing(two_runs, several):
    shown, differing = side_by_side(two_runs, {"one": several, "two": []}, {"one": PROVENANCE, "two": None})
    assert shown.row("Accuracy, distilled") == ["not measured", "93.0 %"]
    assert shown.row("File, distilled") == ["not measured", "5.00 MB"]
    assert differing == ["Temperature T"]


def test_every_cell_shows_what_the_results_page_shows_of_the_stored_figures():
    entries = [e for r in recorded.all_recorded() for e in rows.entries_of(r.run.id)]
    shown = read(comparison.variants(entries, {e.run: e.run for e in entries}, None))
    stored = [(r.run.id, ms) for r in recorded.all_recorded() for ms in by_variant(r.measurements).values()]
    assert shown["Run"] == [run for run, _ in stored]
    assert shown["Variant"] == [ms[0].name for _, ms in stored]
    for title in rows.COLUMNS:
        column = (columns.QUALITY | columns.COST | columns.SPEED)[title]
        assert shown[title] == [column.show(ms) + busy(ms, columns.TIMED.get(title)) for _, ms in stored]


def busy(ms, batch):
    """Return the text that a table adds to a time that cannot be compared."""
    return " (busy machine)" if batch and any(was_busy(m.latency_ms[batch]) for m in ms) else ""


def test_a_time_of_a_busy_machine_is_marked_as_that_beside_others(two_runs):
    quiet = measurement("distilled", latency=10.0)
    calls = {batch: timed.model_copy(update={"others_cpu": 0.6}) for batch, timed in quiet.latency_ms.items()}
    loaded = quiet.model_copy(update={"latency_ms": calls})
    nothing = {"one": None, "two": None}
    shown, _ = side_by_side(two_runs, {"one": [quiet], "two": [loaded]}, nothing)
    assert shown.row("Batch 1, distilled") == ["10.0 ms (busy machine)", "10.0 ms"]
    assert shown.row("File, distilled") == ["4.00 kB", "4.00 kB"]


def entry(run, name, *accuracies, **changes):
    seeds = [measurement(name, accuracy, repeat=n, **changes) for n, accuracy in enumerate(accuracies)]
    return rows.entry(run, name, seeds, rows.Where("digits", "a CPU, 2 threads"))


def test_equal_means_of_different_seeds_each_show_their_spread_and_sort_as_numbers():
    entries = [entry("one", "control", 0.8), entry("two", "control", 0.7, 0.9)]
    shown = read(comparison.variants(entries, {"one": "A", "two": "B"}, None))
    assert shown["Accuracy"] == ["80.0 %", "80.0 % \N{PLUS-MINUS SIGN} 14.1 %"]
    assert shown.orders("Accuracy") == [0.8, pytest.approx(0.8)]
    assert shown["Without zeros"] == ["not measured"] * 2


def test_the_standing_on_the_front():
    on_it, noisy, beaten, elsewhere = (entry(run, "pruned", 0.9) for run in ("one", "two", "three", "four"))
    front = Front([on_it, noisy], [noisy], [on_it, noisy, beaten])
    entries = [on_it, noisy, beaten, elsewhere]
    shown = read(comparison.variants(entries, {e.run: e.run for e in entries}, front))
    assert shown["On the front"] == ["yes", "within noise", "", "not compared"]


def test_the_download_holds_plain_numbers_and_where_they_hold():
    (row,) = comparison.raw([entry("one", "pruned", 0.9, size_bytes=4001)])
    assert [row[k] for k in ("File", "Accuracy", "data", "machine")] == [4001, 0.9, "digits", "a CPU, 2 threads"]
