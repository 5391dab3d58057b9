"""Teacher and pruning, each with and without the other: what is concluded."""

from __future__ import annotations

import pytest

from tests.simulator.experiments.concluding import conclude


@pytest.mark.parametrize(("gain_pruned", "answer"), [(0.3, "help"), (0.0, "hinder"), (0.1, "add")])
def test_four_way(gain_pruned, answer):
    def at(place):
        gain = gain_pruned if place["pruned"] else 0.1
        return {"accuracy": 0.6 - 0.2 * place["pruned"] + gain * place["teacher"], "zeros": 0.85}

    conclusion, text = conclude("four_way", at)
    assert conclusion.answer == answer
    assert conclusion.shown is (answer == "help")
    words = {"help": "help each other", "hinder": "in each other's way", "add": "may simply add up"}
    assert words[answer] in text
