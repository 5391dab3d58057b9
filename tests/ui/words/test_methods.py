"""The formulas of the methods with the numbers of a config."""

from __future__ import annotations

import pytest

from simulator.catalog.methods import METHODS
from simulator.config.run import make_config
from ui.words import methods


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_its_formula_with_nothing_left_to_fill_in(method: str) -> None:
    config = make_config({"method": method, "temperature": 3.0, "beta": 2.5})
    formula = methods.soft_formula(config)
    assert formula and "{" not in formula
    assert ("T=3" in formula) == ("{T}" in METHODS[method].formula)
    assert ("2.5" in formula) == (method == "dkd")
    assert formula in methods.loss_words(config)


def test_the_weights_in_the_sentence_are_those_of_the_loss() -> None:
    text = methods.loss_words(make_config({"method": "kd", "alpha": 0.7}))
    assert text.startswith("Loss = 0.7 · soft loss + 0.3 · hard loss")
    assert methods.weights(make_config({"method": "dkd", "alpha": 0.7})) == ("0.7", "1")


def test_a_warm_up_is_said_of_the_method_that_has_one() -> None:
    for method, known in METHODS.items():
        text = methods.warm_up_words(make_config({"method": method}))
        assert bool(text) == bool(known.warm_up)
        assert f"{100 * known.warm_up:.1f} %" in text or not known.warm_up
