"""What the charts on soft targets and on the loss show, and what is said beside them, against torch's numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from ui.screens.learn import answers

NAMES = ("cat", "dog", "owl")
TEACHER, STUDENT = np.array([4.0, 2.0, -1.0]), np.array([1.0, 3.0, 0.5])


def test_bars_are_the_softmax_and_their_words_name_the_winner() -> None:
    logits = {"teacher": TEACHER, "distilled": STUDENT}
    chart = answers.bars(logits, NAMES, 2.0)  # type: ignore[arg-type]
    assert [trace.name for trace in chart.data] == ["teacher", "distilled"]
    for trace, raw in zip(chart.data, (TEACHER, STUDENT), strict=True):
        assert list(trace.y) == pytest.approx(torch.softmax(torch.tensor(raw) / 2, 0).tolist())
    top = float(torch.softmax(torch.tensor(STUDENT) / 2, 0).max())
    assert f"distilled says dog ({100 * top:.1f} %)" in answers.bars_alt(logits, NAMES, 2.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(("names", "short"), [(("cat", "dog"), True), (("cat", "elephant"), False)])
def test_long_names_need_room_below_a_chart(names: tuple[str, ...], short: bool) -> None:
    assert answers.are_short(names) is short


def test_the_wrong_classes_share_is_what_is_left_and_the_loudest_is_named() -> None:
    sentences = answers.what_the_wrong_say(TEACHER, STUDENT, 0, NAMES, 2.0)
    left = 100 * (1 - float(torch.softmax(torch.tensor(TEACHER) / 2, 0)[0]))
    assert f"**{left:.1f} %** of the teacher's probability at T = 2" in sentences[0]
    assert "most goes to **dog**" in sentences[1]
    assert sentences[-1].startswith("The distilled student also puts dog first")


def test_a_teacher_that_is_wrong_is_called_wrong_and_even_shares_are_called_even() -> None:
    sentences = answers.what_the_wrong_say(TEACHER, STUDENT, 1, NAMES, 1.0)
    assert sentences[0] == "The teacher is wrong: it answers **cat**."
    even = answers.what_the_wrong_say(np.array([5.0, 0.0, 0.0]), np.array([5.0, 0.0, 1.0]), 0, NAMES, 1.0)
    assert "almost evenly, about 50.0 % each" in even[1]


def test_pushes_are_minus_the_gradients_of_the_blended_loss() -> None:
    t, alpha, label = 3.0, 0.7, 2
    student, teacher = torch.tensor(STUDENT, requires_grad=True), torch.tensor(TEACHER)
    soft = t**2 * F.kl_div(F.log_softmax(student / t, 0), F.softmax(teacher / t, 0), reduction="sum")
    (alpha * soft + (1 - alpha) * F.cross_entropy(student, torch.tensor(label))).backward()
    push = answers.pushes(STUDENT, TEACHER, label, t, alpha)
    assert student.grad is not None
    assert push["total"] == pytest.approx(-student.grad.numpy())
    assert push["total"] == pytest.approx(push["soft"] + push["hard"])
    chart = answers.push_chart(push, NAMES)
    assert [list(trace.y) for trace in chart.data] == [pytest.approx(push["soft"]), pytest.approx(push["hard"])]
    sentences = answers.push_alt(push, NAMES)
    assert f"pushes {NAMES[int(push['total'].argmax())]} up most" in sentences
    assert f"{NAMES[int(push['total'].argmin())]} down most" in sentences


def test_with_t_squared_the_gradient_stays_and_without_it_fades() -> None:
    chart = answers.gradient_sizes(STUDENT, TEACHER, 0)
    hard, with_it, without = (np.asarray(trace.y) for trace in chart.data)
    assert np.ptp(hard) == 0
    assert with_it == pytest.approx(without * answers.HOT**2)
    assert without[-1] < 0.1 * without[0]
    assert "with the factor T squared" in answers.gradient_alt(STUDENT, TEACHER)
    factor, alone = re.findall(r"\*\*([\d.]+)\*\* times", answers.gradient_words(STUDENT, TEACHER, 4.0))
    assert float(factor) == pytest.approx(4 * float(alone), rel=0.02)
    assert "no gradient at any T" in answers.gradient_words(TEACHER, TEACHER, 4.0)


def test_the_formulas_numbers_add_up() -> None:
    assert answers.formula(8.0, 2.0, 2.0, 0.75).endswith("= 6.50")
    assert r"\text{soft: } 2^2 \cdot 2" in answers.formula(8.0, 2.0, 2.0, 0.75)
