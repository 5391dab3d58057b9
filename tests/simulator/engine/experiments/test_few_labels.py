"""Control and distilled at each number of labels."""

from __future__ import annotations

from simulator.engine.experiments import few_labels
from simulator.engine.stages import student as stages
from simulator.events import CellFinished
from simulator.events.outcome import result_of
from tests.simulator.engine.experiments.tiny import bench, cells


def test_its_students_are_those_of_a_run_with_so_many_labels(setup):
    at_work = bench(setup, "few_labels", {"labels": (20, 60)}, recovery_epochs=2)
    found = [event for event in few_labels.cells(at_work) if isinstance(event, CellFinished)]
    for cell in found:
        student = at_work.student(at_work.settings(labels=cell.at["labels"]))
        stage = stages.control if cell.at["student"] == "control" else stages.distil
        assert cell.values == {"accuracy": at_work.accuracy(result_of(stage(student)).model, setup.test)}
    assert len(found) == 4


def test_each_number_of_labels_is_measured_with_and_without_a_teacher(done):
    places = [(c.at["student"], c.at["labels"]) for c in cells(done("few_labels"))]
    assert places == [("control", 20), ("distilled", 20), ("control", 60), ("distilled", 60)]
