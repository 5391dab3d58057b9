"""The soft loss against numbers worked out apart from it, in float64 and by torch's own functions."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from simulator.engine.datasets.batches import UNLABELLED
from simulator.engine.distillation.losses import LABELS_ONLY, LossWeights, distillation_loss, soft_loss, warmed_up


def numpy_soft_loss(student, teacher, temperature):
    """T^2 KL(teacher at T || student at T), summed over classes, averaged over the batch; from the formula."""

    def softmax(z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    p, q = softmax(teacher / temperature), softmax(student / temperature)
    return temperature**2 * (p * np.log(p / q)).sum(axis=1).mean()


@pytest.fixture
def logits():
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(7, 5, generator=generator, dtype=torch.float64) * 3 for _ in range(2)]


@pytest.mark.parametrize("temperature", [1.0, 2.5, 4.0, 20.0])
def test_soft_loss_is_the_formula(logits, temperature):
    student, teacher = logits
    expected = numpy_soft_loss(student.numpy(), teacher.numpy(), temperature)
    assert soft_loss(student, teacher, temperature).item() == pytest.approx(expected, rel=1e-12)


def test_soft_loss_of_a_case_worked_out_by_hand():
    # teacher (ln 3, 0) -> (3/4, 1/4); student (0, 0) -> (1/2, 1/2); KL = 3/4 ln 3/2 + 1/4 ln 1/2
    teacher, student = torch.tensor([[np.log(3.0), 0.0]]), torch.zeros(1, 2)
    assert soft_loss(student, teacher, 1.0).item() == pytest.approx(0.75 * np.log(1.5) + 0.25 * np.log(0.5), rel=1e-6)


@pytest.mark.parametrize("temperature", [1.0, 4.0, 20.0])
def test_soft_loss_and_its_gradient_are_zero_when_student_equals_teacher(logits, temperature):
    student = logits[0].clone().requires_grad_()
    loss = soft_loss(student, logits[0], temperature)
    loss.backward()
    assert abs(loss.item()) < 1e-12
    assert student.grad.abs().max() < 1e-12


def test_soft_loss_gradient_is_right(logits):
    student = logits[0].requires_grad_()
    assert torch.autograd.gradcheck(lambda z: soft_loss(z, logits[1], 3.0), (student,))


def test_hot_gradients_match_logit_differences():
    # Hinton et al. 2015, section 2.1: as T grows, T^2 times the gradient goes to (z_s - z_t) / N for centred logits
    generator = torch.Generator().manual_seed(2)
    student, teacher = (torch.randn(1, 6, generator=generator, dtype=torch.float64) for _ in range(2))
    student, teacher = student - student.mean(), teacher - teacher.mean()
    student.requires_grad_()
    soft_loss(student, teacher, 1e4).backward()
    assert torch.allclose(student.grad, (student - teacher).detach() / 6, atol=1e-4)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_the_blend_is_exact(logits, alpha):
    student, teacher = (z.float() for z in logits)
    labels = torch.tensor([0, 1, 2, 3, 4, 0, 1])
    loss = distillation_loss(student, labels, soft_loss(student, teacher, 4.0), LossWeights(alpha, 1 - alpha))
    assert loss.hard.item() == F.cross_entropy(student, labels).item()
    assert loss.soft.item() == soft_loss(student, teacher, 4.0).item()
    expected = {0.0: loss.hard.item(), 1.0: loss.soft.item()}.get(
        alpha, alpha * loss.soft.item() + (1 - alpha) * loss.hard.item()
    )
    assert loss.total.item() == pytest.approx(expected, rel=0 if alpha in (0.0, 1.0) else 1e-6)


def test_without_a_teacher_the_hard_loss_is_all():
    logits, labels = torch.randn(4, 3), torch.tensor([0, 1, 2, 0])
    loss = distillation_loss(logits, labels, None, LABELS_ONLY)
    assert loss.soft is None
    assert loss.total.item() == loss.hard.item() == F.cross_entropy(logits, labels).item()


def test_a_warm_up_is_a_straight_line_from_0_to_alpha_and_then_level():
    weights = [warmed_up(0.9, 0.25, step / 12) for step in (1, 2, 3, 4, 12)]
    assert weights == pytest.approx([0.3, 0.6, 0.9, 0.9, 0.9])
    assert [warmed_up(0.8, 0.0, done) for done in (0.01, 1.0)] == [0.8, 0.8]


def test_the_hard_loss_is_the_mean_over_the_examples_that_have_a_label(logits):
    student, _ = logits
    student.requires_grad_()
    labels = torch.tensor([3, UNLABELLED, 0, UNLABELLED, 1, 4, UNLABELLED])
    known = labels != UNLABELLED
    loss = distillation_loss(student, labels, student.new_tensor(2.0), LossWeights(0.7, 0.3))
    expected = F.cross_entropy(student[known], labels[known])
    assert loss.hard.item() == pytest.approx(expected.item(), rel=1e-12)
    assert loss.total.item() == pytest.approx(0.7 * 2.0 + 0.3 * expected.item(), rel=1e-12)
    (gradient,) = torch.autograd.grad(loss.hard, student)
    assert torch.equal(gradient.abs().sum(1) > 0, known)


def test_without_any_label_the_soft_loss_stands_alone(logits):
    soft = soft_loss(*logits, 4.0)
    loss = distillation_loss(logits[0], torch.full((7,), UNLABELLED), soft, LossWeights(0.7, 0.3))
    assert loss.hard is None and loss.soft == soft and loss.total == 0.7 * soft
