"""The training loop: repeatable, and equal for control and distilled. test_plain_loop.py has a plain one beside it."""

import gc

import pytest
import torch
from torch import nn

from simulator.engine.datasets.batches import Examples, training_order
from simulator.engine.distillation import training
from simulator.engine.distillation.guidance import Teaching
from simulator.engine.distillation.plan import TrainingPlan
from simulator.engine.distillation.training import (
    Training,
    clip_gradients,
    make_optimizer,
    predict,
    tensor_scales,
    train,
)
from simulator.engine.models import MODULES
from simulator.events import EpochFinished, LossPoint, Progress
from tests.small_models import small_distilbert, token_batch


@pytest.fixture
def examples():
    batch = token_batch(examples=50, tokens=9)
    lengths = torch.arange(50) % 8 + 2
    batch["attention_mask"] = (torch.arange(9) < lengths[:, None]).long()
    return Examples(batch, torch.arange(50) % 3)


def losses(model, examples, plan, **options):
    module = MODULES["distilbert"]
    events = list(train(model, Training(module, examples, examples, plan, "distil", "distilled", **options)))
    return [e for e in events if isinstance(e, LossPoint)], events


PLAN = TrainingPlan(epochs=3, learning_rate=1e-3, batch_size=16, seed=5, alpha=0.6)


def test_equal_seeds_give_equal_losses_and_weights(examples):
    first, second = small_distilbert(), small_distilbert()
    a, _ = losses(first, examples, PLAN)
    b, _ = losses(second, examples, PLAN)
    assert [p.total for p in a] == [p.total for p in b]
    assert all(torch.equal(p, q) for p, q in zip(first.parameters(), second.parameters(), strict=True))
    c, _ = losses(small_distilbert(), examples, TrainingPlan(3, 1e-3, 16, seed=6))
    assert [p.total for p in a] != [p.total for p in c]


def test_without_validation_the_training_is_the_same_and_nothing_is_said_of_epochs(examples):
    validated, unasked = small_distilbert(), small_distilbert()
    a, _ = losses(validated, examples, PLAN)
    unvalidated = Training(MODULES["distilbert"], examples, None, PLAN, "experiment", "control")
    events = list(train(unasked, unvalidated))
    assert [p.total for p in a] == [e.total for e in events if isinstance(e, LossPoint)]
    assert not [e for e in events if isinstance(e, EpochFinished)]
    assert all(torch.equal(p, q) for p, q in zip(validated.parameters(), unasked.parameters(), strict=True))


def test_control_and_distilled_see_equal_batches_and_dropout(examples):
    """With alpha 0 the teacher is ignored, so the distilled student must be the control, bit for bit."""
    plan = TrainingPlan(epochs=2, learning_rate=1e-3, batch_size=16, seed=5, alpha=0.0)
    control, distilled = small_distilbert(), small_distilbert()
    without, _ = losses(control, examples, plan)
    with_teacher, _ = losses(distilled, examples, plan, teaching=Teaching("kd", 3.0, torch.randn(50, 3)))
    assert [p.hard for p in without] == [p.hard for p in with_teacher]
    assert all(p.soft is None for p in without)
    assert all(p.soft > 0 for p in with_teacher)
    assert all(torch.equal(p, q) for p, q in zip(control.parameters(), distilled.parameters(), strict=True))


def test_what_training_says(examples):
    points, events = losses(small_distilbert(), examples, PLAN, teaching=Teaching("kd", 3.0, torch.randn(50, 3)))
    assert [e.epoch for e in events if isinstance(e, EpochFinished)] == [0, 1, 2, 3]
    assert [p.step for p in points] == list(range(1, 13))
    assert points[-1].epoch == 3
    assert all(p.total == pytest.approx(0.6 * p.soft + 0.4 * p.hard, rel=1e-5) for p in points)
    last = [e for e in events if isinstance(e, Progress)][-1]
    assert (last.done, last.total, last.seconds_left) == (150, 150, 0)


def test_it_learns(examples):
    model = small_distilbert()
    points, events = losses(model, examples, TrainingPlan(epochs=40, learning_rate=5e-3, batch_size=16, seed=0))
    assert points[-1].hard < 0.5 * points[0].hard
    assert events[-1].validation_accuracy > events[0].validation_accuracy


def test_every_example_once_an_epoch_and_padding_cut(examples):
    order = training_order(examples, 16, seed=1, epoch=0)
    assert sorted(torch.cat(order).tolist()) == list(range(50))
    assert [o.tolist() for o in order] == [o.tolist() for o in training_order(examples, 16, seed=1, epoch=0)]
    assert [o.tolist() for o in order] != [o.tolist() for o in training_order(examples, 16, seed=1, epoch=1)]
    for rows in order:
        batch = examples.rows(rows)
        assert batch["input_ids"].shape[1] == examples.inputs["attention_mask"][rows].sum(1).max()


def test_no_batch_of_one_for_batch_normalisation():
    pixels = Examples({"pixels": torch.zeros(33, 3, 2, 2)}, torch.zeros(33, dtype=torch.long))
    assert [len(rows) for rows in training_order(pixels, 16, 0, 0)] == [16, 17]


def test_predictions_come_back_in_the_examples_order(examples):
    model, logits = small_distilbert(), MODULES["distilbert"].logits
    together = predict(model, logits, examples, bfloat16=False)
    alone = [logits(model, examples.rows(torch.tensor([i]))) for i in (0, 17, 49)]
    assert torch.allclose(together[[0, 17, 49]], torch.cat(alone), atol=1e-5)


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_gradients_are_clipped_as_torch_does(scale):
    def with_gradients():
        model = nn.Sequential(nn.Linear(7, 5), nn.Linear(5, 3, bias=False))
        for number, p in enumerate(model.parameters()):
            p.grad = scale * torch.randn(p.shape, generator=torch.Generator().manual_seed(number))
        return model

    ours, torchs = with_gradients(), with_gradients()
    clip_gradients(ours)
    nn.utils.clip_grad_norm_(torchs.parameters(), 1.0)
    for mine, theirs in zip(ours.parameters(), torchs.parameters(), strict=True):
        assert torch.equal(mine.grad, theirs.grad)


def test_relative_steps_follow_each_tensors_scale():
    model = small_distilbert()
    optimizer = make_optimizer(model, TrainingPlan(1, 0.1, 4, 0), tensor_scales(model))
    rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    weight = model.classifier.weight
    assert rates[id(weight)] == pytest.approx(0.1 * weight.square().mean().sqrt().item())
    assert rates[id(model.classifier.bias)] == pytest.approx(0.1 * 1e-3)  # zeros still move


def test_a_training_leaves_neither_gradients_nor_moments_behind(examples, monkeypatch):
    def still_there():
        gc.collect()
        left.append([thing for thing in gc.get_objects() if type(thing) is torch.optim.AdamW])

    left, model = [], small_distilbert()
    monkeypatch.setattr(training, "release_memory", still_there)
    for _ in train(model, Training(MODULES["distilbert"], examples, None, PLAN, "control", "control")):
        assert all(p.grad is None for p in model.parameters())  # nor between two steps, in the next forward pass
    assert left == [[]]
