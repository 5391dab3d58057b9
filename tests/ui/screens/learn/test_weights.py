"""The screens on masks and on what zeros cost: what moves with the sliders, and what is said of bytes and times."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ui.invented import measurement
from tests.ui.reading import widget, words
from ui.screens.learn import masks, weights


def test_disagreement_is_one_less_what_both_drop(opened) -> None:
    sparsity = 0.5
    text = weights._disagreement(opened.slices, "Magnitude", "Single weights", sparsity, True)
    by = {
        name: np.concatenate([m.ravel() for m in masks.masks(opened.slices, name, "Single weights", sparsity, True)])
        for name in ("Magnitude", "Taylor")
    }
    both = (~by["Magnitude"] & ~by["Taylor"]).sum() / (~by["Magnitude"]).sum()
    assert f"Taylor drops **{100 * both:.1f} %** of what magnitude drops" in text
    assert text.endswith("Chance alone would give 50.0 %.")
    assert "nothing to disagree" in weights._disagreement(opened.slices, "Magnitude", "Single weights", 0.0, True)


def test_bytes_are_compared_encoding_by_encoding() -> None:
    before, after = {"dense": 100, "gzip": 80}, {"dense": 100, "gzip": 40}
    chart = weights.bytes_chart(before, after)
    assert {trace.name: list(trace.y) for trace in chart.data} == {"before": [100, 80], "pruned": [100, 40]}
    text = weights.bytes_words(before, after, 0.5)
    assert text.startswith("With 50.0 % zeros: dense ")
    assert "gzip \N{MINUS SIGN}50.0 %" in text


def test_a_run_without_a_pruned_student_has_no_times_to_compare() -> None:
    assert weights.time_words([measurement("teacher")]) == "This run measured no pruned student."
    text = weights.time_words(
        [measurement("distilled", latency=10.0), measurement("pruned", latency=10.0, sparsity=0.5)]
    )
    assert "left **50.0 %** zeros" in text and text.count("10.0 ms") == 2


@pytest.mark.parametrize("pattern", ["Single weights", "2:4", "Whole rows"])
def test_the_share_that_is_pruned_is_written_above_each_matrix(open_screen, pattern: str) -> None:
    app = open_screen("learn_masks", learn_pattern=pattern, learn_ranked="Layer-wise")
    assert words(app).count("50.0 % pruned") == 2
    assert ("drawn with one row per output" in words(app)) == (pattern == "2:4")


def test_the_slider_changes_the_bytes(open_screen) -> None:
    app = open_screen("learn_zeros")
    assert "With 50.0 % zeros" in words(app)
    widget(app, "learn_sparsity").set_value(0.9).run()
    assert "With 90.0 % zeros" in words(app)
