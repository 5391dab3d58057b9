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

    def training(self, stage: Stage, variant: Variant, plan: TrainingPlan, teaching: Teaching | None) -> Training:
        """A training of this student.

        Args:
            teaching: None trains on labels alone.
        """
        examples = learned_from(self.setup, taught=teaching is not None)
        validation = self.setup.validation if self.is_validated else None
        return Training(self.setup.module, examples, validation, plan, stage, variant, teaching)


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
    """The training examples of the student: the first of the teacher's. Only the first of them have a label."""
    return setup.train.first(setup.config.train_examples).only_first_labelled(setup.config.labels)


def learned_from(setup: Setup, taught: bool) -> Examples:
    """The examples that a training of the student learns from.

    A teacher answers every training example, also those without a label. Without one, the labelled examples are
    repeated until they are as many, so that both trainings take equally many steps with batches of equal sizes.

    Source: Chen, Kornblith, Swersky, Norouzi and Hinton 2020, "Big Self-Supervised Models are Strong Semi-Supervised
    Learners", arXiv:2006.10029, section 2.

    Args:
        taught: Whether the method of distillation is used; not every method has a teacher.
    """
    examples = student_examples(setup)
    if taught and METHODS[setup.config.method].has_teacher:
        return examples
    return examples.first(setup.config.labels).repeated(len(examples))


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
    """The student trained without the teacher. Same initial weights, steps and seed as the distilled one.

    Where all labels are known, its batches are the same, too; else they hold labelled examples only.
    """
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
