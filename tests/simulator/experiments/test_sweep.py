"""A sweep: what is concluded."""

from __future__ import annotations

from tests.simulator.experiments.concluding import conclude


def test_a_sweep_that_matters_and_one_that_does_not():
    def matters(place):
        value = 0.9 if place["target_sparsity"] == 0.5 else 0.6
        return {"final": value, "validation_final": value, "control": 0.7}

    conclusion, text = conclude("sweep", matters)
    assert (conclusion.answer, conclusion.shown) == ("yes", True)
    assert "target_sparsity 0.5 is best" in text
    conclusion, text = conclude("sweep", lambda p: {"final": 0.8, "validation_final": 0.8, "control": 0.8})
    assert (conclusion.answer, conclusion.shown) == ("no", False)
    assert "no clear difference" in text
