"""How hot: what is concluded."""

from __future__ import annotations

import pytest

from tests.simulator.experiments.concluding import conclude


@pytest.mark.parametrize(
    ("best", "answer", "shown"), [(4.0, "between", True), (20.0, "hottest", True), (1.0, "harm", False)]
)
def test_how_hot(best, answer, shown):
    def at(place):
        value = 0.9 if place["temperature"] == best else 0.7
        return {"accuracy": value, "validation_accuracy": value, "entropy": place["temperature"] / 10}

    conclusion, text = conclude("how_hot", at)
    assert (conclusion.answer, conclusion.shown) == (answer, shown)
    assert "from 0.1" in text and "nats at T = 1" in text
    assert ("did not" in text) is not shown


def test_how_hot_where_the_difference_may_be_chance():
    def at(place):
        return {"accuracy": 0.8, "validation_accuracy": 0.8 + 0.01 * (place["temperature"] == 4), "entropy": 1.0}

    conclusion, text = conclude("how_hot", at)
    assert conclusion.answer == "no" and "did not show" in text and "harm" not in text


def test_how_hot_never_compares_a_temperature_with_itself():
    """The lowest may be best on validation examples, and a hotter one ahead on the test."""

    def at(place):
        t = place["temperature"]
        return {
            "accuracy": 0.9 if t == 4 else 0.8,
            "validation_accuracy": 0.9 - 0.1 * (t not in (1, 4)) - 0.01 * (t == 4),
        }

    conclusion, text = conclude("how_hot", lambda place: {**at(place), "entropy": 1.0})
    assert [c.name for c in conclusion.comparisons] == ["T = 4 against T = 1", "T = 20 against T = 1"]
    assert (conclusion.answer, conclusion.shown) == ("between", True)
    assert "Of the temperatures above T = 1, T = 4 was best on validation examples" in text


def test_how_hot_of_two_temperatures_chooses_none():
    at = {"accuracy": 0.8, "validation_accuracy": 0.8, "entropy": 1.0}
    _, text = conclude("how_hot", lambda place: at, axes={"temperature": (1.0, 8.0)})
    assert "On the test T = 8 reaches" in text and "was best" not in text
