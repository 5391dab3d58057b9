"""A student before and after its first two stages: what control and distilled have in common."""

from __future__ import annotations

import pytest
import torch

from simulator.config.run import make_config
from simulator.engine.distillation import teacher as teacher_room
from simulator.engine.setup import prepare
from simulator.engine.stages.student import control, distil, student_of
from simulator.events import EpochFinished, Event
from simulator.events.outcome import Outcome, result_of

pytestmark = pytest.mark.usefixtures("tiny_cnn")

TINY = {"model": "tiny_cnn", "train_examples": 128, "weights": "scratch"}


def carried_out(is_validated: bool, **settings: object) -> tuple[list[Event], list[torch.nn.Module]]:
    """The events of both stages, and the student before, without and with the teacher."""
    setup = prepare(make_config({**TINY, **settings}))
    student = student_of(setup, *result_of(teacher_room.provide(setup)), is_validated)
    stages = [Outcome(control(student)), Outcome(distil(student))]
    events = [event for stage in stages for event in stage]
    return events, [student.initial, *(stage.result.model for stage in stages)]


def weights(model: torch.nn.Module) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_an_experiment_trains_the_students_of_a_run_and_does_not_ask_how_it_goes() -> None:
    (events, models), (quiet, same) = carried_out(True), carried_out(False)
    assert [(e.variant, e.epoch) for e in events if isinstance(e, EpochFinished)] == [
        ("control", 0), ("control", 1), ("distilled", 0), ("distilled", 1)]  # fmt: skip
    assert not any(isinstance(e, EpochFinished) for e in quiet)
    assert all(torch.equal(weights(a), weights(b)) for a, b in zip(models, same, strict=True))


def test_control_and_distilled_are_trained_copies_of_one_student() -> None:
    _, (initial, alone, taught) = carried_out(False)
    assert not torch.equal(weights(initial), weights(alone))
    assert not torch.equal(weights(alone), weights(taught))
    _, (_, alone, taught) = carried_out(False, alpha=0.0)
    assert torch.equal(weights(alone), weights(taught))
