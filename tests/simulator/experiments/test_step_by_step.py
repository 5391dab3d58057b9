"""One shot or step by step: what is concluded."""

from __future__ import annotations

import pytest

from tests.simulator.experiments.concluding import conclude


@pytest.mark.parametrize(
    ("gain", "answer"),
    [((0.1, 0.1), "steps"), ((-0.1, -0.1), "at_once"), ((0.1, -0.1), "mixed"), ((0.0, 0.0), "same")],
)
def test_step_by_step(gain, answer):
    def at(place):
        more = {"one_shot": 0.0, "iterative": gain[0], "cubic": gain[1]}[place["schedule"]]
        return {"accuracy": 0.7 + more, "pruned": 0.2, "unpruned": 0.9, "steps": 102}

    conclusion, text = conclude("step_by_step", at)
    assert (conclusion.answer, conclusion.shown) == (answer, answer == "steps")
    assert ("no sign" in text) is (answer in ("same", "at_once"))
    assert len(conclusion.comparisons) == 4
    assert "At 90 % zeros: one_shot 70" in text and "took 102 optimiser steps" in text


def test_steps_that_are_not_equal_are_said():
    steps = {"one_shot": 100, "iterative": 120, "cubic": 100}

    def at(place):
        return {"accuracy": 0.7, "pruned": 0.2, "unpruned": 0.9, "steps": steps[place["schedule"]]}

    assert "unequal numbers of optimiser steps: 100 to 120" in conclude("step_by_step", at)[1]
