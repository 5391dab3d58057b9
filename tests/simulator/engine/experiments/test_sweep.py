"""The stages of a run in every cell of a grid."""

from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.engine import experiments, pipeline
from simulator.engine.stages import student
from simulator.events import Measured
from simulator.experiments import make_experiment
from tests.simulator.engine.experiments.tiny import SMALL, cells

pytestmark = pytest.mark.usefixtures("use_shared_data")


def test_a_sweep_over_methods_gives_each_its_usual_alpha_and_the_teacher_where_it_needs_one():
    methods = ("kd", "hint", "label_smoothing")
    config = make_experiment("sweep", {**SMALL, "recovery_epochs": 0}, {"method": methods}, 1)
    by_method = {c.at["method"]: c.values for c in cells(list(experiments.run(config)))}
    assert len({v["control"] for v in by_method.values()}) == 1
    for method in methods:
        run = make_config({"model": "resnet18", **SMALL, "method": method, "recovery_epochs": 0})
        found = [
            e.measurement for e in pipeline.run(run) if isinstance(e, Measured) and e.measurement.name == "distilled"
        ]
        assert by_method[method]["distilled"] == pytest.approx(found[0].accuracy)


def test_a_control_is_trained_as_its_students_are(monkeypatch):
    """Methods that compare features train all positions of a text; their control too, so it is not shared."""
    trained, train = [], student.train

    def noted(model, training):
        trained.append((training.teaching is not None, training.plan.one_position))
        return train(model, training)

    monkeypatch.setattr(student, "train", noted)
    config = make_experiment("sweep", {**SMALL, "recovery_epochs": 0}, {"method": ("kd", "dist", "hint")}, 1)
    list(experiments.run(config))
    assert trained == [(False, True), (True, True), (True, True), (False, False), (True, False)]
