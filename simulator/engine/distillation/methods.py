"""Soft losses on logits, one function for each method. Those on features are in feature_losses.py.

Each takes the same arguments (dkd also takes beta) and returns a scalar that is added to the hard loss with a weight:
``student_logits`` and ``teacher_logits`` [batch, classes], ``labels`` [batch], ``temperature`` T.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from simulator.engine.distillation.losses import soft_loss

LogitsLoss = Callable[..., Tensor]


def kd(student_logits: Tensor, teacher_logits: Tensor, labels: Tensor, temperature: float) -> Tensor:
    r"""Imitate the teacher's softened probabilities.

    .. math:: T^2 \, \mathrm{KL}(p_t^T \,\|\, p_s^T)

    Source: Hinton, Vinyals and Dean 2015, arXiv:1503.02531, section 2.

    Args:
        student_logits, teacher_logits: [batch, classes].
        labels: Not used: the soft targets say everything.
        temperature: T, at least 1.
    """
    return soft_loss(student_logits, teacher_logits, temperature)


def dkd(student_logits: Tensor, teacher_logits: Tensor, labels: Tensor, temperature: float, beta: float) -> Tensor:
    r"""Decoupled distillation: separate terms for the true class and for the others.

    .. math:: T^2 \big( \mathrm{KL}(b_t \,\|\, b_s) + \beta \, \mathrm{KL}(\hat p_t \,\|\, \hat p_s) \big)

    b is (probability of the true class, probability of all others), and p-hat the softened probabilities of the
    others alone, which sum to 1. In plain distillation the second term is multiplied by how unsure the teacher is,
    so that a sure teacher hardly teaches; here it is not. With two classes p-hat is always (1): nothing to learn.

    As in the paper the hard loss is added with weight 1, whatever alpha is, and the weight of this term rises linearly
    over the first twelfth of the steps, because a large beta makes the term large at first (in the paper over 20 of 240
    epochs, once an epoch; here at every step).

    Source: Zhao, Cui, Song, Qiu and Liang 2022, "Decoupled Knowledge Distillation", arXiv:2203.08679, equation 7,
    with its first weight 1.

    Args:
        student_logits, teacher_logits: [batch, classes], of at least three classes.
        labels: [batch], the true classes.
        temperature: T, at least 1.
        beta: The weight of the wrong classes. The paper tunes it for each pair of teacher and student.
    """
    true = F.one_hot(labels, student_logits.shape[1]).bool()
    target, others = [], []
    for logits in (student_logits / temperature, teacher_logits / temperature):
        log_p = logits.log_softmax(1)  # [batch, classes]
        own, rest = log_p[true], log_p.masked_fill(true, -torch.inf).logsumexp(1)
        target.append(torch.stack((own, rest), dim=1))  # [batch, 2]
        others.append(logits[~true].view(len(logits), -1).log_softmax(1))  # [batch, classes - 1]
    tckd = F.kl_div(target[0], target[1], reduction="batchmean", log_target=True)
    nckd = F.kl_div(others[0], others[1], reduction="batchmean", log_target=True)
    return temperature**2 * (tckd + beta * nckd)


def dist(student_logits: Tensor, teacher_logits: Tensor, labels: Tensor, temperature: float) -> Tensor:
    r"""Keep the teacher's relations: between the classes of an example and between the examples of a class.

    .. math:: T^2 \big( \overline{1 - r(p_s^{(i,\cdot)}, p_t^{(i,\cdot)})}
        + \overline{1 - r(p_s^{(\cdot,j)}, p_t^{(\cdot,j)})} \big)

    r is Pearson's correlation of softened probabilities, over each row i and over each column j.

    Source: Huang, You, Wang, Qian and Xu 2022, "Knowledge Distillation from A Stronger Teacher",
    arXiv:2205.10536, equations 6 to 9, here with both weights 1; T^2 as in the authors' code.

    Args:
        student_logits, teacher_logits: [batch, classes].
        labels: Not used.
        temperature: T, at least 1.
    """
    student, teacher = (student_logits / temperature).softmax(1), (teacher_logits / temperature).softmax(1)
    between_classes = 1 - pearson(student, teacher).mean()
    between_examples = 1 - pearson(student.T, teacher.T).mean()
    return temperature**2 * (between_classes + between_examples)


def pearson(a: Tensor, b: Tensor) -> Tensor:
    """Pearson's correlation of each row of ``a`` with the same row of ``b``, [rows]."""
    return F.cosine_similarity(a - a.mean(1, keepdim=True), b - b.mean(1, keepdim=True), dim=1)


def reverse_kl(student_logits: Tensor, teacher_logits: Tensor, labels: Tensor, temperature: float) -> Tensor:
    r"""The divergence the other way round: it seeks one of the teacher's modes instead of covering them all.

    .. math:: T^2 \, \mathrm{KL}(p_s^T \,\|\, p_t^T)

    Source: Gu, Dong, Wei and Huang 2023, "MiniLLM", arXiv:2306.08543, section 2.1 (there over sequences).

    Args:
        student_logits, teacher_logits: [batch, classes].
        labels: Not used.
        temperature: T, at least 1.
    """
    return soft_loss(teacher_logits, student_logits, temperature)


def label_smoothing(student_logits: Tensor, teacher_logits: Tensor, labels: Tensor, temperature: float) -> Tensor:
    r"""No teacher: every class is equally likely. What distillation gains beyond this comes from the teacher.

    .. math:: \mathrm{CE}(u, p_s) = -\frac{1}{K} \sum_k \log p_s^{(k)}

    With weight alpha beside the hard loss this is cross-entropy with labels smoothed by alpha.

    Source: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna 2015, arXiv:1512.00567, section 7.

    Args:
        student_logits: [batch, classes].
        teacher_logits, labels, temperature: Not used.
    """
    return -student_logits.log_softmax(1).mean()


LOGITS_METHODS: dict[str, LogitsLoss] = {f.__name__: f for f in (kd, dkd, dist, reverse_kl, label_smoothing)}
