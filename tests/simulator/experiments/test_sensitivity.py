"""How sensitive each layer is: what is concluded."""

from __future__ import annotations

import itertools

import pytest

from simulator.events import CellFinished
from simulator.experiments import make_experiment
from simulator.experiments.sensitivity import (
    FITTED,
    UNIFORM,
    WHOLE,
    Curve,
    budget_of,
    fit_to_budget,
    kept,
    mean_curves,
    predicted_drop,
)
from tests.simulator.experiments.concluding import JITTER


def scan(frail_drop, fitted, uniform, seeds=3):
    config = make_experiment("sensitivity", axes={"sparsity": (0.3, 0.5, 0.9)}, seeds=seeds)
    made = []
    for seed in range(seeds):
        off = JITTER[seed]
        made.append(CellFinished(at=WHOLE, seed=seed, values={"accuracy": 0.95 + off, "test_accuracy": 0.94}))
        for name, drop, count in (("early", frail_drop, 100), ("late", 0.001, 1000)):
            for s in (0.3, 0.5, 0.9):
                values = {"accuracy": 0.95 + off - drop * s, "parameters": count}
                made.append(CellFinished(at={"layer": name, "sparsity": s}, seed=seed, values=values))
        made.append(
            CellFinished(
                at=FITTED, seed=seed, values={"accuracy": fitted, "test_accuracy": fitted + off, "predicted": 0.94}
            )
        )
        made.append(
            CellFinished(at=UNIFORM, seed=seed, values={"accuracy": uniform, "test_accuracy": uniform + 0.8 * off})
        )
    return config.entry.conclude(config, made)


@pytest.mark.parametrize(
    ("frail", "fitted", "uniform", "answer"),
    [(0.6, 0.9, 0.7, "fit"), (0.6, 0.7, 0.7, "differ"), (0.002, 0.9, 0.9, "alike")],
)
def test_sensitivity(frail, fitted, uniform, answer):
    conclusion = scan(frail, fitted, uniform)
    assert conclusion.answer == answer
    assert conclusion.shown is (answer == "fit")
    text = " ".join(conclusion.sentences)
    assert ("early is the most sensitive" in text) is (answer != "alike")
    assert "94.0 % on validation examples; measured" in text


def test_sensitivity_of_one_seed_gives_no_verdict():
    text = " ".join(scan(0.6, 0.9, 0.1, seeds=1).sentences)
    assert "One seed cannot tell" in text and "no sign" not in text


TOUGH = Curve(1000, {0.1: 0.0, 0.5: 0.01, 0.9: 0.02})


FRAIL = Curve(100, {0.1: 0.1, 0.5: 0.3, 0.9: 0.6})


def left(curves, chosen):
    return sum(kept(curve, chosen[name]) for name, curve in curves.items())


def test_what_costs_nothing_goes_first():
    curves = {"frail": FRAIL, "tough": TOUGH}
    assert fit_to_budget(curves, 1100) == {"frail": 0.0, "tough": 0.0}
    assert fit_to_budget(curves, 1000) == {"frail": 0.0, "tough": 0.1}
    assert fit_to_budget(curves, 200) == {"frail": 0.0, "tough": 0.9}
    assert predicted_drop(curves, {"frail": 0.0, "tough": 0.9}) == pytest.approx(0.02)


def test_the_budget_is_kept_down_to_the_least_that_can_be_reached():
    curves = {"frail": FRAIL, "tough": TOUGH}
    for budget in range(110, 1101, 37):
        assert left(curves, fit_to_budget(curves, budget)) <= budget
    with pytest.raises(ValueError, match="choose at least 110"):
        fit_to_budget(curves, 109)
    assert budget_of(curves, 0.5) == 550
    assert budget_of(curves, 0.95) == 110


def test_a_dear_step_is_skipped_where_the_next_is_cheaper_by_the_weight():
    bump = Curve(100, {0.1: 0.5, 0.9: 0.1})  # measured curves need not fall evenly
    assert fit_to_budget({"bump": bump}, 95) == {"bump": 0.9}


def test_it_is_close_to_the_best_of_all_allocations():
    curves = {
        "a": Curve(300, {0.3: 0.01, 0.6: 0.05, 0.9: 0.3}),
        "b": Curve(500, {0.3: 0.0, 0.6: 0.02, 0.9: 0.2}),
        "c": Curve(200, {0.3: 0.03, 0.6: 0.2, 0.9: 0.5}),
    }
    for budget in (900, 700, 500, 300):
        all_of_them = itertools.product(*([0.0, *curve.drops] for curve in curves.values()))
        fitting = [dict(zip(curves, levels, strict=True)) for levels in all_of_them]
        best = min(predicted_drop(curves, c) for c in fitting if left(curves, c) <= budget)
        ours = predicted_drop(curves, fit_to_budget(curves, budget))
        uniform = [c for c in fitting if len(set(c.values())) == 1 and left(curves, c) <= budget]
        assert best <= ours <= min(predicted_drop(curves, c) for c in uniform)


def test_mean_curves_take_what_all_seeds_have():
    one = {"a": Curve(10, {0.1: 0.0, 0.5: 0.2}), "b": Curve(20, {0.1: 0.5})}
    other = {"a": Curve(10, {0.1: 0.2})}
    assert mean_curves([one, other]) == {"a": Curve(10, {0.1: 0.1})}
    assert mean_curves([one]) == one
