"""What a teacher says about a step: the method's own term, with the teacher's cached or its running answers."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from simulator.catalog.methods import METHODS
from simulator.engine.datasets.batches import Examples
from simulator.engine.distillation.feature_losses import FEATURE_METHODS
from simulator.engine.distillation.features import look
from simulator.engine.distillation.guidance import Teaching, guided
from simulator.engine.distillation.losses import LossWeights, soft_loss
from simulator.engine.distillation.methods import LOGITS_METHODS
from simulator.engine.models import MODULES
from tests.small_models import small_distilbert, token_batch

MODULE, T = MODULES["distilbert"], 3.0
EXAMPLES = Examples(token_batch(examples=6), torch.arange(6) % 3)
ROWS = torch.tensor([4, 0, 1])
LOGITS = torch.randn(6, 3, generator=torch.Generator().manual_seed(1))


def term(method: str, **changes: object) -> torch.Tensor:
    """The soft loss of the rows, of a student of two layers; its teacher has three."""
    student = small_distilbert()
    teaching = replace(Teaching(method, T, LOGITS, small_distilbert(layers=3), seed=5), **changes)
    with guided(student, teaching, MODULE, EXAMPLES, EXAMPLES) as guide:
        assert guide is not None
        return guide.soft(MODULE.logits(student, EXAMPLES.rows(ROWS)), ROWS)


def of_kd() -> torch.Tensor:
    return soft_loss(MODULE.logits(small_distilbert(), EXAMPLES.rows(ROWS)), LOGITS[ROWS], T)


def test_without_a_teaching_nobody_guides() -> None:
    with guided(small_distilbert(), None, MODULE, EXAMPLES, EXAMPLES) as guide:
        assert guide is None


def test_soft_targets_are_the_cached_logits_of_the_rows_and_need_no_teacher() -> None:
    torch.testing.assert_close(term("kd", teacher=None), of_kd())


@pytest.mark.parametrize("method", sorted(set(LOGITS_METHODS) - {"label_smoothing"}))
def test_a_method_on_logits_reads_the_teachers_answers(method: str) -> None:
    assert term(method) != term(method, logits=LOGITS.flip(0))


def test_beta_reaches_the_method_that_has_one() -> None:
    assert term("dkd", beta=1.0) < term("dkd", beta=2.0)
    assert term("kd", beta=1.0) == term("kd", beta=2.0)


@pytest.mark.parametrize("method", FEATURE_METHODS)
def test_a_term_on_features_stands_alone_or_is_added_to_the_soft_targets(method: str) -> None:
    added = METHODS[method].adds_to_soft_targets
    assert (term(method) != term(method, logits=LOGITS.flip(0))) == added
    assert term(method) > (of_kd() if added else 0)


def test_features_are_compared_with_those_of_the_teacher_on_the_same_rows() -> None:
    student, teacher = (look(small_distilbert(layers=layers), MODULE, EXAMPLES.rows(ROWS)) for layers in (2, 3))
    torch.testing.assert_close(term("rkd"), FEATURE_METHODS["rkd"](student, teacher, None))


def test_nobody_listens_to_the_student_afterwards() -> None:
    student = small_distilbert()
    with guided(student, Teaching("attention", T, LOGITS, small_distilbert()), MODULE, EXAMPLES, EXAMPLES):
        assert any(module._forward_hooks for module in student.modules())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in student.modules())


def test_the_soft_loss_weighs_alpha_once_it_is_warmed_up() -> None:
    kd, dkd = Teaching("kd", T, LOGITS), Teaching("dkd", T, LOGITS)
    assert kd.weights(0.25, done=0.01) == LossWeights(0.25, 0.75)
    assert dkd.weights(0.5, done=1 / 24) == LossWeights(0.25, 1.0)
    assert dkd.weights(0.5, done=1.0) == LossWeights(0.5, 1.0)
