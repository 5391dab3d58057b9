"""The mistakes are really made, and the way beside each is right."""

from __future__ import annotations

import copy
import dataclasses

import pytest
import torch

from simulator.engine.distillation.losses import soft_loss
from simulator.engine.experiments import mistakes
from simulator.events import CellFinished
from simulator.events.outcome import result_of
from tests.simulator.engine.experiments.tiny import bench


def right_soft(at_work, config):
    return lambda student, rows: soft_loss(student, at_work.teacher_logits[rows], config.temperature)


@pytest.mark.parametrize("few_steps", [(0, 0), (1_000, 1_000)])  # batch norm's averages run along, or are estimated
def test_the_plain_loop_is_the_runs_training_where_nothing_is_wrong(setup, few_steps):
    model = dataclasses.replace(setup.model, few_steps=few_steps)
    at_work = bench(dataclasses.replace(setup, model=model), "mistakes", epochs=2)
    config = at_work.settings()
    examples = at_work.setup.train.first(config.train_examples)
    plan = at_work.plan(config, config.epochs, config.seed)
    ours = result_of(at_work.distil(config))
    plain = mistakes.plain_training(at_work, at_work.new_student(config), examples, plan, right_soft(at_work, config))
    theirs = plain.state_dict()
    assert all(torch.allclose(v.float(), theirs[k].float(), atol=1e-6) for k, v in ours.state_dict().items())


def test_without_t_squared_the_loss_and_its_gradient_are_smaller_by_just_that():
    torch.manual_seed(0)
    teacher, student = torch.randn(6, 10), torch.randn(6, 10, requires_grad=True)
    rows = torch.tensor([4, 0, 2])
    wrong = mistakes.without_t_squared(teacher, 4.0)(student[rows], rows)
    right = soft_loss(student[rows], teacher[rows], 4.0)
    assert right.item() == pytest.approx(16 * wrong.item(), rel=1e-5)
    (g_wrong,), (g_right,) = (torch.autograd.grad(loss, student) for loss in (wrong, right))
    torch.testing.assert_close(g_right, 16 * g_wrong)


def test_in_training_mode_the_teacher_depends_on_the_batch_and_the_right_one_stays_as_it_is(setup):
    at_work = bench(setup, "mistakes")
    config = at_work.settings()
    examples = at_work.setup.train.first(config.train_examples)
    held = copy.deepcopy(at_work.teacher.state_dict())
    soft = mistakes.teacher_in_training_mode(at_work, examples, config)
    student = torch.zeros(1, 10).expand(8, 10)
    same_first = [torch.cat([torch.tensor([0]), torch.arange(start, start + 7)]) for start in (1, 30)]
    taught = []
    for rows in same_first:
        at_work.teacher.eval()
        taught.append(soft(student, rows).item())
        fixed = at_work.logits(at_work.teacher, examples.first(1))
        torch.testing.assert_close(fixed, at_work.logits(at_work.teacher, examples.first(1)))
    assert taught[0] != taught[1]
    assert not at_work.teacher.training
    assert all(torch.equal(v, held[k]) for k, v in at_work.teacher.state_dict().items())


def test_each_mistake_shows_where_its_sign_says(setup):
    at_work = bench(setup, "mistakes")
    found = {(c.at["mistake"], c.at["done"]): c.values for c in mistakes.cells(at_work) if isinstance(c, CellFinished)}
    assert len(found) == 10
    held, lost = found[mistakes.MASKS, "right"], found[mistakes.MASKS, "wrong"]
    assert 0.8 < held["zeros"] < 0.9
    assert lost["zeros"] < 0.6  # what no gradient reaches (a 3 x 3 kernel's rim on a 1 x 1 map) stays zero
    assert held["pruned"] == lost["pruned"]
    whole, cut = found[mistakes.CLASSIFIER, "right"], found[mistakes.CLASSIFIER, "wrong"]
    assert cut["zeros"] > whole["zeros"] == held["zeros"]
    taught_right = {v["accuracy"] for (m, d), v in found.items() if d == "right" and m not in mistakes.OF_PRUNING}
    assert len(taught_right) == 1  # one student, shared


def test_the_classifier_is_really_pruned(setup):
    at_work = bench(setup, "mistakes")
    config = at_work.settings()
    student = at_work.new_student(config)
    cut, final = mistakes.wrongly_pruned(at_work, config, mistakes.CLASSIFIER, student, student)
    for model in (cut, final):
        zeros = (model.fc.weight == 0).double().mean().item()
        assert zeros == pytest.approx(config.target_sparsity, abs=0.01)
    assert student.fc.weight.count_nonzero() == student.fc.weight.numel()


def test_too_hot_is_one_epoch_at_those_settings(setup, monkeypatch):
    at_work = bench(setup, "mistakes", epochs=2)
    configs = []
    monkeypatch.setattr(at_work, "distil", lambda config: iter([configs.append(config)]))
    result_of(mistakes.wrongly_taught(at_work, at_work.settings(), mistakes.TOO_HOT))
    assert [(c.temperature, c.alpha, c.epochs) for c in configs] == [(20.0, 1.0, 1)]
