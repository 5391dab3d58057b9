"""A student before and after its first two stages: what control and distilled have in common."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from simulator.config.run import RunConfig, make_config
from simulator.engine.datasets.batches import Examples
from simulator.engine.distillation import teacher as teacher_room
from simulator.engine.distillation.training import Training, train
from simulator.engine.setup import Setup, prepare
from simulator.engine.stages.pruned import prune, recover
from simulator.engine.stages.student import control, distil, plan, student_of
from simulator.events import EpochFinished, Event, LossPoint
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


# -- labels


def teacher_of(setup: Setup) -> tuple[torch.nn.Module, torch.Tensor]:
    """An untrained teacher, and answers that follow from the inputs alone."""
    classes = len(setup.dataset.class_names)
    teacher = setup.module.build_teacher(classes, setup.weights, 0).eval().requires_grad_(False)
    return teacher, 3 * torch.randn(len(setup.train), classes, generator=torch.Generator().manual_seed(0))


def variants(setup: Setup) -> dict[str, torch.nn.Module]:
    """All that the stages of a run make of a student."""
    student = student_of(setup, *teacher_of(setup), is_validated=False)
    made = {"control": result_of(control(student)), "distilled": result_of(distil(student))}
    made["pruned"] = result_of(prune(setup, made["distilled"].model))
    made["recovered"] = result_of(recover(student, made["distilled"].model, made["pruned"]))
    return {name: stage.model for name, stage in made.items()}


def differing(one: dict[str, torch.nn.Module], other: dict[str, torch.nn.Module]) -> list[str]:
    return [name for name, model in one.items() if not torch.equal(weights(model), weights(other[name]))]


def with_train(setup: Setup, change: Callable[[Examples], Examples]) -> Setup:
    return replace(setup, train=change(setup.train))


LABELS = 30
HIDDEN = slice(LABELS, 128)


def other_hidden_labels(train: Examples) -> Examples:
    labels = train.labels.clone()
    labels[HIDDEN] = (labels[HIDDEN] + 1) % 10
    return Examples(train.inputs, labels)


def other_known_label(train: Examples) -> Examples:
    labels = train.labels.clone()
    labels[LABELS - 1] = (labels[LABELS - 1] + 1) % 10
    return Examples(train.inputs, labels)


def other_unlabelled_pictures(train: Examples) -> Examples:
    pixels = train.inputs["pixels"].clone()
    pixels[HIDDEN] = pixels[HIDDEN].flip(0)
    return Examples({"pixels": pixels}, train.labels)


def few(**settings: object) -> RunConfig:
    return make_config({**TINY, "labels": LABELS, "batch_size": 16, "recovery_epochs": 1, **settings})


@pytest.mark.parametrize(
    "settings",
    [
        {"importance": "taylor"},
        {"method": "dkd", "pruning": "structured", "importance": "taylor"},
        {"method": "hint", "schedule": "cubic", "importance": "taylor"},
        {"method": "label_smoothing", "schedule": "iterative"},
        {"alpha": 0.0, "recovery_with_teacher": False},
    ],
)
def test_hidden_labels_reach_no_student(settings: dict[str, object]) -> None:
    setup = prepare(few(**settings))
    made = variants(setup)
    assert differing(made, variants(with_train(setup, other_hidden_labels))) == []
    assert differing(made, variants(with_train(setup, other_known_label))) == list(made)


def test_only_a_teacher_makes_something_of_examples_without_a_label() -> None:
    setup = prepare(few())
    assert differing(variants(setup), variants(with_train(setup, other_unlabelled_pictures))) == [
        "distilled", "pruned", "recovered"]  # fmt: skip
    without = prepare(few(method="label_smoothing"))
    assert differing(variants(without), variants(with_train(without, other_unlabelled_pictures))) == []


@pytest.mark.parametrize("labels", [20, 50, 127, 128])
@pytest.mark.parametrize("batch_size", [16, 100])
def test_control_and_distilled_take_equal_steps_with_few_labels(labels: int, batch_size: int) -> None:
    events, _ = carried_out(False, labels=labels, batch_size=batch_size, epochs=2)
    steps = {
        name: [(e.step, e.epoch, e.learning_rate) for e in events if isinstance(e, LossPoint) and e.variant == name]
        for name in ("control", "distilled")
    }
    assert steps["control"] == steps["distilled"] and len(steps["control"]) == 2 * -(-128 // batch_size)


@pytest.mark.parametrize("taught", [False, True])
def test_with_all_labels_a_student_is_trained_on_the_examples_as_they_are(taught: bool) -> None:
    """Nothing is copied, repeated or hidden: the same training, made by hand, gives the same weights."""
    setup = prepare(make_config(TINY))
    assert setup.config.labels == setup.config.train_examples == 128
    student = student_of(setup, *teacher_of(setup), is_validated=False)
    by_hand = copy.deepcopy(student.initial)
    alike = Training(
        setup.module, setup.train.first(128), None, plan(setup, 1, 0), "distil", "distilled",
        student.teaching if taught else None,
    )  # fmt: skip
    for _ in train(by_hand, alike):
        pass
    assert torch.equal(weights(by_hand), weights(result_of((distil if taught else control)(student)).model))
