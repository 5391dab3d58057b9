"""The web process's own arithmetic against torch's, and against the functions that train."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from simulator.engine.distillation import losses
from ui.screens.learn import answers, arithmetic

DRAW = np.random.default_rng(0)
TEACHER, STUDENT = DRAW.normal(0, 4, (2, 20, 7)).astype(np.float32)


@pytest.mark.parametrize("t", [1.0, 2.5, 20.0])
def test_probabilities_are_torchs(t):
    expected = torch.softmax(torch.from_numpy(TEACHER).double() / t, -1).numpy()
    np.testing.assert_allclose(arithmetic.probabilities(TEACHER, t), expected, rtol=1e-12)


@pytest.mark.parametrize("t", [1.0, 4.0, 20.0])
def test_losses_and_gradients_are_those_of_the_training(t):
    for row in range(5):
        z = torch.tensor(STUDENT[row : row + 1], dtype=torch.float64, requires_grad=True)
        teacher = torch.tensor(TEACHER[row : row + 1], dtype=torch.float64)
        soft = losses.soft_loss(z, teacher, t)
        (gradient,) = torch.autograd.grad(soft, z)
        assert arithmetic.soft_loss(STUDENT[row], TEACHER[row], t) == pytest.approx(soft.item(), abs=1e-12)
        np.testing.assert_allclose(arithmetic.soft_gradient(STUDENT[row], TEACHER[row], t), gradient[0], atol=1e-12)
        hard = torch.nn.functional.cross_entropy(z, torch.tensor([3]))
        (gradient,) = torch.autograd.grad(hard, z)
        assert arithmetic.hard_loss(STUDENT[row], 3) == pytest.approx(hard.item(), abs=1e-12)
        np.testing.assert_allclose(arithmetic.hard_gradient(STUDENT[row], 3), gradient[0], atol=1e-12)


def test_without_the_factor_the_gradient_is_t_squared_times_smaller():
    for t in (1.0, 3.0, 20.0):
        with_it, without = (arithmetic.soft_gradient(STUDENT[0], TEACHER[0], t, squared) for squared in (True, False))
        np.testing.assert_allclose(with_it, t**2 * without)


def test_pushes_add_up_to_minus_the_gradient_of_the_blended_loss():
    z = torch.tensor(STUDENT[:1], requires_grad=True)
    soft = losses.soft_loss(z, torch.tensor(TEACHER[:1]), 4.0)
    loss = losses.distillation_loss(z, torch.tensor([2]), soft, losses.LossWeights(0.3, 0.7))
    (gradient,) = torch.autograd.grad(loss.total, z)
    push = answers.pushes(STUDENT[0], TEACHER[0], 2, 4.0, 0.3)
    np.testing.assert_allclose(push["total"], -gradient[0].numpy(), atol=1e-5)


def test_entropy_of_certainty_and_of_ignorance():
    assert arithmetic.entropy(np.array([1000.0, 0, 0, 0]), 1.0) == 0
    assert arithmetic.entropy(np.zeros(8), 3.0) == pytest.approx(np.log(8))


def test_wrong_answers_leave_the_label_out_and_share_all():
    ranked = arithmetic.wrong_answers(TEACHER[0], 2, 4.0)
    assert sum(share for _, share in ranked) == pytest.approx(1)
    assert 2 not in dict(ranked)
    assert [share for _, share in ranked] == sorted((share for _, share in ranked), reverse=True)


def test_an_even_teacher_is_said_to_tell_little_apart():
    sentences = answers.what_the_wrong_say(np.array([5.0, 0, 0, 0]), np.array([5.0, 0, 0, 0]), 0, "abcd", 1.0)
    assert "spread almost evenly" in sentences[1]
    assert sentences[0] == "The wrong classes hold **2.0 %** of the teacher's probability at T = 1."
    loud = answers.what_the_wrong_say(np.array([5.0, 3, 0, 0]), np.array([5.0, 0, 2, 0]), 0, "abcd", 1.0)
    assert "most goes to **b**" in loud[1]
    assert "does not put b first" in loud[2]


def test_a_teacher_that_is_wrong_is_said_to_be_so_first():
    teacher = np.array([0.0, 9.0, 0, 0])
    wrong = answers.what_the_wrong_say(teacher, teacher, 0, "abcd", 2.0)
    assert wrong[0] == "The teacher is wrong: it answers **b**."
    surest = np.array([0.0, 60.0, 0, 0])
    assert "at T = 2 as at T = 1." in answers.what_the_wrong_say(surest, surest, 0, "abcd", 2.0)[1]
