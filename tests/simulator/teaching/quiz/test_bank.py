from __future__ import annotations

import math

import pytest
import torch
from torch.nn.utils import prune

from simulator.teaching.quiz.bank import QUESTIONS

BY_KEY = {q.key: q for q in QUESTIONS}


def test_there_are_enough_questions_of_every_kind_and_topic() -> None:
    assert len(QUESTIONS) >= 30
    assert len(BY_KEY) == len(QUESTIONS)
    assert sum(q.is_number for q in QUESTIONS) >= 10
    assert sum(q.options == ("True", "False") for q in QUESTIONS) >= 5
    for topic in ("Distillation", "Pruning", "Size and speed", "Fair comparisons", "Models and data"):
        assert sum(q.topic == topic for q in QUESTIONS) >= 4


@pytest.mark.parametrize("key", BY_KEY)
def test_every_question_has_one_right_answer_and_a_source(key: str) -> None:
    question = BY_KEY[key]
    assert "Source" in question.explanation
    assert question.text.strip()[-1] in "?.)"
    if question.is_number:
        assert math.isfinite(question.right) and question.tolerance > 0
        assert question.is_right(question.right) and not question.is_right(question.right + 2.1 * question.tolerance)
        assert f"{round(question.right, 2):g}".split(".")[0] in question.explanation.replace(",", "")
    else:
        assert len(set(question.options)) == len(question.options) >= 2
        assert [question.is_right(i) for i in range(len(question.options))].count(True) == 1


NUMBERS = {"softmax-1": 0.867, "softmax-4": 0.506, "blend": 0.71, "kl-number": 0.0851, "threshold": 0.3,
           "half-channels": 0.25, "sparsity": 64, "bytes": 46.76, "flops": 602, "conv-parameters": 4608,
           "conv-macs": 294_912, "faster": 37.5, "accuracy": 80, "recall": 70, "wilson": 78.6}  # fmt: skip


@pytest.mark.parametrize("key", NUMBERS)
def test_numbers_that_were_worked_out_by_hand(key: str) -> None:
    assert BY_KEY[key].right == pytest.approx(NUMBERS[key], rel=2e-3)


def test_convolutions_and_pruning_are_counted_like_torch_counts() -> None:
    conv = torch.nn.Conv2d(16, 32, 3, padding=1, bias=False)
    assert sum(p.numel() for p in conv.parameters()) == BY_KEY["conv-parameters"].right
    from simulator.teaching.quiz.pruning import WEIGHTS

    layer = torch.nn.Linear(8, 1, bias=False)
    layer.weight.data = torch.tensor([WEIGHTS])
    prune.l1_unstructured(layer, "weight", 0.5)
    pruned = layer.weight_orig[layer.weight_mask == 0].abs().max().item()
    assert pruned == pytest.approx(BY_KEY["threshold"].right)
