"""The teacher's part in each step of a student's training: the soft loss of the chosen method."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from simulator.catalog.methods import METHODS, USUAL_BETA, Method
from simulator.engine.datasets.batches import UNLABELLED, Examples
from simulator.engine.distillation.feature_losses import FEATURE_METHODS, Projection, make_projection
from simulator.engine.distillation.features import Tap, look
from simulator.engine.distillation.losses import LossWeights, warmed_up
from simulator.engine.distillation.methods import LOGITS_METHODS, kd
from simulator.engine.models.base import Model


@dataclass(frozen=True)
class Teaching:
    """What a student learns from, beside the labels.

    Attributes:
        method: A name of ``simulator.catalog.methods.METHODS``.
        temperature: T, for the methods that have one.
        logits: The teacher's cached logits, [examples, classes].
        teacher: Runs at every step for the methods that compare features; the others do not need it.
        seed: Decides a projection's first weights.
        beta: The weight of the wrong classes, for the methods that have one.
    """

    method: str
    temperature: float
    logits: Tensor
    teacher: nn.Module | None = None
    seed: int = 0
    beta: float = USUAL_BETA

    @property
    def needs(self) -> Method:
        """The method's entry in the catalogue, which says what it needs."""
        return METHODS[self.method]

    def weights(self, alpha: float, done: float) -> LossWeights:
        """The weights of the soft and the hard loss after a share of the steps."""
        return LossWeights(warmed_up(alpha, self.needs.warm_up, done), self.needs.weight_of_labels(alpha))


@dataclass(frozen=True)
class Guide:
    """A teaching, ready for one training.

    Attributes:
        module: Knows student and teacher.
        examples: With the student's token numbers.
        teacher_examples: The same with the teacher's.
        tap: Listens to the student; None where no features are compared.
        projection: Learned beside the student; None where the method has none.
        bfloat16: Whether the teacher's matrix products run in bfloat16, as the student's.
    """

    teaching: Teaching
    module: Model
    examples: Examples
    teacher_examples: Examples
    tap: Tap | None = None
    projection: Projection = None
    bfloat16: bool = False

    def soft(self, student_logits: Tensor, rows: Tensor) -> Tensor:
        """The soft loss of a step, a scalar.

        Args:
            student_logits: [batch, classes], of the forward pass that was just made.
            rows: [batch], the numbers of the examples.
        """
        if self.tap is None:
            return self.on_logits(student_logits, rows)
        if self.teaching.needs.adds_to_soft_targets:
            return self.on_logits(student_logits, rows) + self.on_features(self.tap, rows)
        return self.on_features(self.tap, rows)

    def on_logits(self, student_logits: Tensor, rows: Tensor) -> Tensor:
        """The term on logits: the method's own, or the soft targets where it compares features."""
        teaching = self.teaching
        loss = LOGITS_METHODS.get(teaching.method, kd)
        if teaching.needs.uses_beta:
            loss = partial(loss, beta=teaching.beta)
        logits, labels = teaching.logits[rows], self.examples.labels[rows]
        true = torch.where(labels == UNLABELLED, logits.argmax(1), labels)  # the teacher's answer, if it is hidden
        return loss(student_logits, logits, true, teaching.temperature)

    def on_features(self, tap: Tap, rows: Tensor) -> Tensor:
        """The term on features; the teacher runs for it."""
        teaching, batch = self.teaching, self.teacher_examples.rows(rows)
        student = tap.features(self.examples.rows(rows))
        teacher = look(teaching.teacher, self.module, batch, teaching.needs.compares_attention, self.bfloat16)
        return FEATURE_METHODS[teaching.method](student, teacher, self.projection)


@contextmanager
def guided(
    student: nn.Module,
    teaching: Teaching | None,
    module: Model,
    examples: Examples,
    teacher_examples: Examples,
    bfloat16: bool = False,
) -> Iterator[Guide | None]:
    """A context in which the student's layers are listened to if the method needs it; None without a teaching.

    Args:
        module: Knows student and teacher.
        examples, teacher_examples, bfloat16: As for :class:`Guide`.
    """
    if teaching is None:
        yield None
    elif not teaching.needs.compares_features:
        yield Guide(teaching, module, examples, teacher_examples)
    else:
        few = torch.arange(min(2, len(examples)))
        shapes = (
            look(student, module, examples.rows(few)),
            look(teaching.teacher, module, teacher_examples.rows(few)),
        )
        projection = make_projection(teaching.method, *shapes, teaching.seed)
        with Tap(module.feature_places(student), teaching.needs.compares_attention) as tap:
            yield Guide(teaching, module, examples, teacher_examples, tap, projection, bfloat16)
