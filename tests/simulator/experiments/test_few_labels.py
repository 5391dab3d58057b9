"""Few labels: what is concluded."""

from __future__ import annotations

from simulator.events import CellFinished
from simulator.experiments import make_experiment
from tests.simulator.experiments.concluding import conclude


def test_few_labels_where_the_teacher_helps_most_with_fewest():
    def at(place):
        gain = 4 / place["labels"] if place["student"] == "distilled" else 0
        return {"accuracy": 0.8 + gain}

    conclusion, text = conclude("few_labels", at)
    assert (conclusion.answer, conclusion.shown) == ("more", True)
    assert "and clearly more at 50 labels than at 500 (95 % interval +6.9 to +7.9" in text
    assert "With 50 labels" in text


def test_few_labels_where_the_teacher_helps_alike():
    conclusion, text = conclude(
        "few_labels", lambda p: {"accuracy": 0.7 + (p["student"] == "distilled") * p["labels"] / 2000}
    )
    assert conclusion.answer == "same" and "but not clearly more at 50 labels than at 500" in text


def test_few_labels_more_help_with_fewer_is_claimed_from_a_test_only():
    """A mean gain that is larger by less than the seeds differ is no trend."""
    wobble = {50: (0.11, 0.10, 0.099), 500: (0.10, 0.11, 0.098)}

    def cell(place, seed):
        gain = wobble.get(place["labels"], (0.1, 0.1, 0.1))[seed] if place["student"] == "distilled" else 0
        return CellFinished(at=place, seed=seed, values={"accuracy": 0.8 + gain + 0.01 * seed})

    config = make_experiment("few_labels", seeds=3)
    conclusion = config.conclude([cell(at, seed) for at, seed in config.places()])
    assert conclusion.shown and conclusion.answer == "same"


def test_few_labels_where_nothing_shows_or_the_teacher_does_harm():
    conclusion, text = conclude("few_labels", lambda p: {"accuracy": 0.8})
    assert (conclusion.answer, conclusion.shown) == ("little", False)
    assert "did not show" in text
    conclusion, text = conclude("few_labels", lambda p: {"accuracy": 0.8 - 0.3 * (p["student"] == "distilled")})
    assert (conclusion.answer, conclusion.shown) == ("harm", False) and "did harm at 50 labels" in text
