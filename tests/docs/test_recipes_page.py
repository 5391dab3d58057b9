"""The accuracies in docs/recipes.md are those that were measured, and they are of today's data."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.baselines import measured, table
from simulator.catalog.datasets import DATASETS
from simulator.data import baselines
from simulator.engine.datasets import load

PAGE = Path(__file__).parents[2] / "docs" / "recipes.md"


def test_the_table_is_what_was_measured() -> None:
    assert table() in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["digits", "reviews_topic", "reviews_sentiment"])
def test_the_baselines_are_measured_alike_again(name: str) -> None:
    """On data that no library's version changes; how sums are rounded may change an answer or two."""
    shipped, again = baselines.read()[name], measured(load(name), DATASETS[name].kind)
    assert again["data"].rpartition(" ")[2] == shipped.data.rpartition(" ")[2]  # the version before it may differ
    assert again["near_duplicates"] == shipped.near_duplicates == 0
    for row, now in zip(shipped.baselines, again["baselines"], strict=True):
        assert now.method == row.method
        assert (now.validation, now.test) == pytest.approx((row.validation, row.test), abs=0.006)
