"""How an answer is judged, and the arithmetic of the questions' numbers."""

from __future__ import annotations

import math

import pytest
import torch

from simulator.teaching.quiz.distilling import LOGITS, STUDENT, TEACHER, WARM
from simulator.teaching.quiz.question import cross_entropy, kl, softmax


def test_the_arithmetic_is_torchs() -> None:
    logits = torch.tensor(LOGITS, dtype=torch.float64)
    for temperature in (1.0, WARM):
        assert softmax(LOGITS, temperature) == pytest.approx(torch.softmax(logits / temperature, 0).tolist())
    p, q = torch.tensor(TEACHER, dtype=torch.float64), torch.tensor(STUDENT, dtype=torch.float64)
    assert kl(TEACHER, STUDENT) == pytest.approx(torch.nn.functional.kl_div(q.log(), p, reduction="sum").item())
    assert cross_entropy(0.25) == pytest.approx(math.log(4))
