"""The student of one seed, and its first two stages: trained without the teacher, and trained with it."""

from __future__ import annotations

import copy
from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor, nn

from simulator.catalog.methods import METHODS
from simulator.engine.datasets.batches import Examples
from simulator.engine.distillation.guidance import Teaching
from simulator.engine.distillation.plan import TrainingPlan
from simulator.engine.distillation.training import Training, train
from simulator.engine.host.mapped import map_from_disk
from simulator.engine.pruning.masks import Masks
from simulator.engine.setup import Setup
from simulator.events import Event, Stage, Variant


class Made(NamedTuple):
    """What a stage leaves: a trained or pruned copy of the student, and the masks where single weights were pruned."""

    model: nn.Module
    masks: Masks = {}  # noqa: RUF012  nobody writes to it


@dataclass(frozen=True)
class Student:
    """A student before any training, with what it learns from.

    Attributes:
        setup: Its ``config`` has the student's settings, and its seed.
        teaching: The teacher's logits and features, as the method uses them.
        is_validated: False for an experiment, whose events are its cells: its trainings are not validated.
    """

    setup: Setup
    initial: nn.Module
    teaching: Teaching
    is_validated: bool = True

    @property
    def examples(self) -> Examples:
        """The training examples of the student: the first of the teacher's."""
        return student_examples(self.setup)

    def training(self, stage: Stage, variant: Variant, plan: TrainingPlan, teaching: Teaching | None) -> Training:
        """A training of this student.

        Args:
            teaching: None trains on labels alone.
        """
        validation = self.setup.validation if self.is_validated else None
        return Training(self.setup.module, self.examples, validation, plan, stage, variant, teaching)


def student_of(setup: Setup, teacher: nn.Module, logits: Tensor, is_validated: bool = True) -> Student:
    """The student that a setup's config describes.

    Args:
        logits: The teacher's, [training examples, classes].
        is_validated: As for :class:`Student`.
    """
    config = setup.config
    soft = logits[: config.train_examples]  # [examples, classes]
    teaching = Teaching(config.method, config.temperature, soft, teacher, config.seed, config.beta)
    initial = setup.module.build_student(teacher, config.student_size, config.seed).to(setup.device)
    map_from_disk(initial)
    return Student(setup, initial, teaching, is_validated)


def student_examples(setup: Setup) -> Examples:
    """The training examples of the student: the first of the teacher's."""
    return setup.train.first(setup.config.train_examples)


def plan(setup: Setup, epochs: int, seed: int) -> TrainingPlan:
    """How a student is trained; control and distilled get equal plans."""
    config = setup.config
    return TrainingPlan(
        epochs=epochs,
        learning_rate=config.learning_rate,
        batch_size=config.batch_size,
        seed=seed,
        alpha=config.alpha,
        relative_steps=setup.model.relative_steps,
        bfloat16=setup.bfloat16,
        one_position=not METHODS[config.method].compares_features,
        few_steps=setup.model.few_steps,
    )


def control(student: Student) -> Generator[Event, None, Made]:
    """The student trained without the teacher. Same initial weights, batches, steps and seed as the distilled one."""
    config = student.setup.config
    alone = plan(student.setup, config.epochs, config.seed)
    return (yield from learn(student.initial, student.training("control", "control", alone, None)))


def distil(student: Student) -> Generator[Event, None, Made]:
    """The student trained with the teacher by the chosen method."""
    config = student.setup.config
    taught = plan(student.setup, config.epochs, config.seed)
    return (yield from learn(student.initial, student.training("distil", "distilled", taught, student.teaching)))


def learn(initial: nn.Module, training: Training) -> Generator[Event, None, Made]:
    """Train a copy of a student; it then waits on the disk to be pruned and measured."""
    student = copy.deepcopy(initial)
    yield from train(student, training)
    map_from_disk(student)
    return Made(student)
