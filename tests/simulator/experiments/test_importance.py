"""Importances against each other: what is concluded."""

from __future__ import annotations

import pytest

from tests.simulator.experiments.concluding import conclude


@pytest.mark.parametrize(
    ("ranked", "recovered", "answer"), [(0.6, 0.9, "after"), (0.6, 0.8, "before"), (0.3, 0.8, "no")]
)
def test_importance(ranked, recovered, answer):
    def at(place):
        by_lot = place["importance"] == "random"
        return {"pruned": 0.3 if by_lot else ranked, "accuracy": 0.8 if by_lot else recovered}

    conclusion, text = conclude("importance", at)
    assert (conclusion.answer, conclusion.shown) == (answer, answer == "after")
    assert ("did not show" in text) is (answer != "after")
    assert len(conclusion.comparisons) == 8  # three against the random baseline at two moments, two among the ranked
    assert "At 95 %, just pruned and after recovery: magnitude" in text


def test_an_importance_that_shows_after_recovery_only_is_not_said_to_last():
    def at(place):
        ranked = place["importance"] != "random"
        return {"pruned": 0.5 - 0.2 * ranked, "accuracy": 0.8 + 0.1 * ranked}

    conclusion, text = conclude("importance", at)
    assert (
        conclusion.answer == "after" and "though just after pruning no advantage showed" in text and "still" not in text
    )


def test_an_importance_that_is_worse_than_the_lot_is_called_so():
    def at(place):
        value = 0.8 - 0.3 * (place["importance"] == "taylor")
        return {"pruned": value, "accuracy": value}

    conclusion, text = conclude("importance", at)
    assert conclusion.answer == "worse"
    assert "Significantly worse: taylor against random, just pruned; taylor against random, after recovery." in text
