"""Each method's loss against the paper's formula, written out a second time in float64, slowly and otherwise."""

import math
from functools import partial

import pytest
import torch
from torch.autograd import gradcheck

from simulator.catalog.methods import METHODS
from simulator.engine.distillation import methods
from simulator.engine.distillation.feature_losses import FEATURE_METHODS
from simulator.engine.distillation.methods import LOGITS_METHODS

T, BETA = 3.0, 5.0

CALLED = {name: partial(loss, beta=BETA) if METHODS[name].uses_beta else loss for name, loss in LOGITS_METHODS.items()}


@pytest.fixture
def logits():
    generator = torch.Generator().manual_seed(4)
    student, teacher = (torch.randn(5, 4, generator=generator, dtype=torch.float64) * 2 for _ in range(2))
    return student, teacher, torch.tensor([0, 3, 1, 1, 2])


def probabilities(row, temperature):
    powers = [math.exp(x / temperature) for x in row]
    return [p / sum(powers) for p in powers]


def divergence(p, q):
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))


def test_every_method_of_the_catalogue_is_there_and_no_other():
    assert set(METHODS) == set(LOGITS_METHODS) | set(FEATURE_METHODS)
    assert {m.name for m in METHODS.values() if m.compares_features} == set(FEATURE_METHODS)


def test_kd_and_reverse_kl_are_the_divergence_in_its_two_directions(logits):
    student, teacher, labels = logits
    rows = [(probabilities(s, T), probabilities(t, T)) for s, t in zip(student.tolist(), teacher.tolist(), strict=True)]
    forward = T**2 * sum(divergence(t, s) for s, t in rows) / 5
    backward = T**2 * sum(divergence(s, t) for s, t in rows) / 5
    assert methods.kd(student, teacher, labels, T).item() == pytest.approx(forward)
    assert methods.reverse_kl(student, teacher, labels, T).item() == pytest.approx(backward)


def test_dkd_is_the_true_class_and_the_others_apart(logits):
    student, teacher, labels = logits
    expected = 0.0
    for s, t, y in zip(student.tolist(), teacher.tolist(), labels.tolist(), strict=True):
        p_s, p_t = probabilities(s, T), probabilities(t, T)
        target = divergence([p_t[y], 1 - p_t[y]], [p_s[y], 1 - p_s[y]])
        rest_s, rest_t = ([p / (1 - q[y]) for k, p in enumerate(q) if k != y] for q in (p_s, p_t))
        expected += T**2 * (target + BETA * divergence(rest_t, rest_s)) / 5
    assert methods.dkd(student, teacher, labels, T, BETA).item() == pytest.approx(expected)


def test_dkd_puts_plain_distillation_together_again(logits):
    """Equation 6 of the paper: KL = TCKD + (1 - probability of the true class) * NCKD, example by example."""
    student, teacher, labels = logits
    for i in range(5):
        s, t, y = student[i : i + 1], teacher[i : i + 1], labels[i : i + 1]
        own = (t / T).softmax(1)[0, y]
        target_only = methods.dkd(s, t, y, T, BETA) - BETA * others(s, t, y)
        assert methods.kd(s, t, y, T).item() == pytest.approx((target_only + (1 - own) * others(s, t, y)).item())


def others(student, teacher, label):
    keep = [k for k in range(student.shape[1]) if k != label.item()]
    return methods.kd(student[:, keep], teacher[:, keep], label, T)


def test_dist_is_one_minus_pearsons_correlation_of_rows_and_columns(logits):
    student, teacher, labels = logits
    p, q = (torch.softmax(x / T, 1) for x in (student, teacher))
    rows = [1 - torch.corrcoef(torch.stack((p[i], q[i])))[0, 1] for i in range(5)]
    columns = [1 - torch.corrcoef(torch.stack((p[:, j], q[:, j])))[0, 1] for j in range(4)]
    expected = T**2 * (sum(rows) / 5 + sum(columns) / 4)
    assert methods.dist(student, teacher, labels, T).item() == pytest.approx(expected.item())


@pytest.mark.parametrize("alpha", [0.1, 0.4])
def test_label_smoothing_blended_is_torchs_own(logits, alpha):
    student, teacher, labels = logits
    hard = torch.nn.functional.cross_entropy(student, labels)
    blended = alpha * methods.label_smoothing(student, teacher, labels, T) + (1 - alpha) * hard
    expected = torch.nn.functional.cross_entropy(student, labels, label_smoothing=alpha)
    assert blended.item() == pytest.approx(expected.item())


@pytest.mark.parametrize("name", ["kd", "dkd", "dist", "reverse_kl"])
def test_nothing_is_lost_where_student_and_teacher_agree(logits, name):
    student, _, labels = logits
    student.requires_grad_()
    loss = CALLED[name](student, student.detach().clone(), labels, T)
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-12)
    assert student.grad.abs().max().item() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", LOGITS_METHODS)
def test_gradients(logits, name):
    student, teacher, labels = logits
    student.requires_grad_()
    assert gradcheck(lambda s: CALLED[name](s, teacher, labels, T), (student,))
