"""A training that leaves the finite numbers stops, and says where, at what learning rate and what to change."""

import copy
import math

import pytest
import torch

from simulator.engine.datasets.batches import Examples
from simulator.engine.distillation.guidance import Teaching
from simulator.engine.distillation.plan import TrainingPlan
from simulator.engine.distillation.training import Training, predict, train
from simulator.engine.models import MODULES
from simulator.errors import NotFinite
from simulator.events import LossPoint
from tests.small_models import small_distilbert, token_batch

MODULE = MODULES["distilbert"]
PLAN = TrainingPlan(epochs=2, learning_rate=1e-3, batch_size=8, seed=0, alpha=0.5)


@pytest.fixture
def examples():
    return Examples(token_batch(examples=24), torch.arange(24) % 3)


def stopped(model, examples, stage="distil", **options):
    """What a training said before it stopped, and why it stopped."""
    events = []
    with pytest.raises(NotFinite) as end:
        events.extend(train(model, Training(MODULE, examples, None, PLAN, stage, "distilled", **options)))
    return events, end.value


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_not_finite_stops_the_training_before_its_step(examples, number):
    model, logits = small_distilbert(), torch.zeros(24, 3)
    logits[13] = number  # in one batch of three
    events, error = stopped(model, examples, teaching=Teaching("kd", 2.0, logits))
    points = [e for e in events if isinstance(e, LossPoint)]
    assert f"step {len(points) + 1} of 6 of the stage 'distil'" in error.message
    assert "learning rate of" in error.message and "the soft loss is" in error.message
    assert error.advice == "Choose a learning rate below 0.001."
    assert all(p.isfinite().all() for p in model.parameters())


def test_a_gradient_that_is_not_finite_stops_it_too(examples):
    """The loss is finite, and the step would have made every weight NaN."""
    model = small_distilbert()
    model.classifier.weight.register_hook(lambda gradient: gradient * math.inf)
    before = copy.deepcopy(model.state_dict())
    _, error = stopped(model, examples)
    assert "gradient" in error.message and "step 1 of 6 " in error.message
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_what_a_learner_cannot_change_is_not_advised(examples):
    model = small_distilbert()
    model.classifier.bias.register_hook(lambda gradient: gradient * math.nan)
    _, error = stopped(model, examples, stage="teacher")
    assert "recipe" in error.advice and "below" not in error.advice


def test_answers_that_are_not_finite_are_not_counted(examples):
    model = small_distilbert()
    with torch.no_grad():
        model.classifier.bias[1] = math.nan
    with pytest.raises(NotFinite, match="24 of 24"):
        predict(model, MODULE.logits, examples, bfloat16=False)
