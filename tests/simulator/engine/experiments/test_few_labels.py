"""Control and distilled at each number of labels."""

from __future__ import annotations

from simulator.engine.experiments import few_labels
from tests.simulator.engine.experiments.tiny import cells


def test_control_and_distilled_take_as_many_steps(setup, done):
    many = setup.train.first(96)
    assert few_labels.equal_steps(many.first(20), many, 64, 3) == 6
    assert few_labels.equal_steps(many, many, 64, 3) == 3
    by_student = {(c.at["student"], c.at["labels"]): c.values["epochs"] for c in cells(done("few_labels"))}
    assert by_student["control", 20] == 2 * by_student["distilled", 20]
