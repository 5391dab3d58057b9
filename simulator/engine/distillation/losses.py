"""The losses of knowledge distillation. Each term is returned separately; they are blended once, visibly."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor
from torch.nn import functional as F

from simulator.engine.datasets.batches import UNLABELLED


class Loss(NamedTuple):
    """The blended loss and its terms, each a scalar.

    ``hard`` is None where no example of the batch has a label, ``soft`` where there is no teacher.
    """

    total: Tensor
    hard: Tensor | None
    soft: Tensor | None


class LossWeights(NamedTuple):
    """The factors of the two terms."""

    soft: float
    hard: float


LABELS_ONLY = LossWeights(0.0, 1.0)


def warmed_up(alpha: float, warm_up: float, done: float) -> float:
    """The soft loss's weight: it rises linearly to alpha, then stays.

    Args:
        alpha: 0 to 1.
        warm_up: The share of the steps over which it rises; 0 if it does not rise.
        done: The share of the steps taken so far, this one included.
    """
    return alpha * min(1.0, done / warm_up) if warm_up else alpha


def soft_loss(student_logits: Tensor, teacher_logits: Tensor, temperature: float) -> Tensor:
    r"""How far the student's softened probabilities are from the teacher's.

    .. math:: T^2 \, \mathrm{KL}\big(\mathrm{softmax}(z_t / T) \,\|\, \mathrm{softmax}(z_s / T)\big)

    averaged over the batch. The factor T^2 keeps the gradient's size when T changes, because
    softened gradients shrink as 1 / T^2. It is 0 when student and teacher agree.

    Source: Hinton, Vinyals and Dean 2015, "Distilling the Knowledge in a Neural Network",
    arXiv:1503.02531, section 2 (there as a cross-entropy, which differs by the teacher's entropy).

    Args:
        student_logits: [batch, classes].
        teacher_logits: [batch, classes].
        temperature: T, at least 1.

    Returns:
        A scalar, in nats.
    """
    student = F.log_softmax(student_logits / temperature, dim=-1)
    teacher = F.log_softmax(teacher_logits / temperature, dim=-1)
    return temperature**2 * F.kl_div(student, teacher, reduction="batchmean", log_target=True)


def distillation_loss(student_logits: Tensor, labels: Tensor, soft: Tensor | None, weights: LossWeights) -> Loss:
    """``weights.soft * soft + weights.hard * hard``; without a teacher the hard loss alone.

    The hard loss is the mean over the examples that have a label. If none has, the soft term stands alone.

    Args:
        student_logits: [batch, classes].
        labels: [batch], class numbers, or UNLABELLED.
        soft: The method's loss, a scalar; None for training without a teacher, for which every example has a label.
        weights: Alpha and 1 - alpha, unless the method's paper says otherwise.
    """
    if soft is not None and (labels == UNLABELLED).all():
        return Loss(weights.soft * soft, None, soft)
    hard = F.cross_entropy(student_logits, labels, ignore_index=UNLABELLED)
    if soft is None:
        return Loss(hard, hard, None)
    return Loss(weights.soft * soft + weights.hard * hard, hard, soft)
