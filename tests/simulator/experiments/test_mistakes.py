"""Common mistakes: what is concluded."""

from __future__ import annotations

import re

import pytest

from simulator.experiments import make_experiment
from tests.simulator.experiments.concluding import conclude


def wrongs(**costs):
    """What each cell of mistakes measures; ``costs`` are points lost, by the mistake's first word."""

    def at(place):
        mistake, wrong = place["mistake"], place["done"] == "wrong"
        cost = costs.get(mistake.split()[0].strip(",").replace("^2", ""), 0.0) if wrong else 0.0
        zeros = 0.0 if mistake == "masks not held" and wrong else 0.9
        return {"accuracy": 0.9 - cost, "pruned": 0.5 - cost, "zeros": zeros}

    return at


@pytest.mark.parametrize(
    ("costs", "answer"),
    [
        ({"too": 0.5, "T": 0.1}, "too hot, too short"),
        ({"T": 0.1}, "T^2 forgotten"),
        ({"classifier": 0.2}, "classifier pruned"),
        ({}, "none"),
        ({"masks": -0.1}, "none"),
    ],
)
def test_mistakes(costs, answer):
    conclusion, text = conclude("mistakes", wrongs(**costs))
    assert (conclusion.answer, conclusion.shown) == (answer, answer != "none")
    assert ("None of the mistakes cost accuracy" in text) is (answer == "none")
    assert re.search(r"Zeros: 0\.\d % instead of 90\.\d %", text) and "100 % of the zeros are gone again" in text
    assert ("it gained 10.0 points" in text) is ("masks" in costs)
    assert ("a mistake all the same: masks not held (+10" in text) is ("masks" in costs)
    assert "one would not notice" in text and "teacher in training mode" in conclusion.sentences[0]
    assert "Teacher in training mode: 90" in text and "no clear cost" in text
    assert len(conclusion.comparisons) == 6


def test_a_model_without_a_classifier_is_spared_that_mistake():
    places = make_experiment("mistakes", {"model": "t5_small"}).places()
    assert "classifier pruned" not in {at["mistake"] for at, _ in places}
    assert len(places) == 5 * 4 * 2
