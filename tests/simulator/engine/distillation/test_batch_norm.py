"""After few steps batch norm's running averages say more of their beginning than of the pictures."""

import copy
from dataclasses import replace

import pytest
import torch

from simulator.catalog.models import MODELS
from simulator.engine import datasets
from simulator.engine.datasets.batches import Examples, training_order
from simulator.engine.distillation.batch_norm import averages_lag, estimate_averages
from simulator.engine.distillation.plan import TrainingPlan
from simulator.engine.distillation.training import Training, accuracy, train
from simulator.engine.models import MODULES, weights
from simulator.events import EpochFinished, LossPoint
from tests.small_models import small_distilbert

MODULE = MODULES["mobilenet_v2"]
SHORT = TrainingPlan(epochs=2, learning_rate=3e-3, batch_size=64, seed=0, few_steps=MODELS["mobilenet_v2"].few_steps)


@pytest.fixture(scope="module")
def data():
    """448 training digits, 7 batches, and the test digits."""
    digits = datasets.load("digits")
    encode = MODULE.make_encoder(None, (), None, None, 32)
    train_split, test = (Examples(encode(s.inputs), torch.from_numpy(s.labels)) for s in (digits.train, digits.test))
    return train_split.first(448), test


@pytest.fixture(scope="module")
def student():
    teacher = MODULE.build_teacher(10, weights.find("mobilenet_v2", "scratch"), 0)
    return MODULE.build_student(teacher, 0.5, 0)


def trained(student, examples, validation, plan):
    model = copy.deepcopy(student)
    return model, list(train(model, Training(MODULE, examples, validation, plan, "control", "control")))


@pytest.fixture(scope="module")
def after_14_steps(student, data):
    return trained(student, *data, SHORT), trained(student, *data, replace(SHORT, few_steps=(0, 0)))


def test_after_14_steps_a_student_answers_as_its_weights_allow(after_14_steps, data):
    (estimated, reported), (running, before) = after_14_steps
    assert len([e for e in reported if isinstance(e, LossPoint)]) == 14
    assert accuracy(running, MODULE.logits, data[1], False) < 0.15  # chance, of ten classes
    reached = accuracy(estimated, MODULE.logits, data[1], False)
    assert reached > 0.2
    asked = [e for e in reported if isinstance(e, EpochFinished)]
    assert [e.estimated_averages for e in asked] == [False, True, True]  # nothing was trained before the first
    assert asked[-1].validation_accuracy == pytest.approx(reached)  # what is measured is what the curve ends with
    assert not any(e.estimated_averages for e in before if isinstance(e, EpochFinished))


def test_the_training_itself_is_the_same(after_14_steps):
    """Not a weight and not a loss differs, dropout included: averages are all that is estimated."""
    (estimated, reported), (running, before) = after_14_steps
    losses = [[e for e in events if isinstance(e, LossPoint)] for events in (reported, before)]
    assert losses[0] == losses[1]
    for (name, ours), theirs in zip(estimated.named_parameters(), running.parameters(), strict=True):
        assert torch.equal(ours, theirs), name


def test_without_validation_the_averages_are_the_same(after_14_steps, student, data):
    (estimated, _), _ = after_14_steps
    unasked, _ = trained(student, data[0], None, SHORT)
    again = dict(unasked.named_buffers())
    assert all(torch.equal(buffer, again[name]) for name, buffer in estimated.named_buffers())


def test_the_averages_are_those_of_the_training_pictures(student, data):
    model, examples = copy.deepcopy(student), data[0]
    estimate_averages(model, examples, 32)
    convolution, norm, _ = model.features[0]
    with torch.no_grad():
        seen = [convolution(examples.inputs["pixels"][rows]) for rows in training_order(examples, 32, 0, 0)]
    means, variances = (
        torch.stack([s(dim=(0, 2, 3)) for s in of]) for of in ([x.mean for x in seen], [x.var for x in seen])
    )
    assert torch.allclose(norm.running_mean, means.mean(0), atol=1e-5)
    assert torch.allclose(norm.running_var, variances.mean(0), rtol=1e-4)


def test_averages_lag_below_the_border_and_the_sooner_the_newer_they_are(student):
    few, model = (80, 30), copy.deepcopy(student)
    assert averages_lag(model, 79, few) and not averages_lag(model, 80, few)
    for name, buffer in model.named_buffers():
        if name.endswith("num_batches_tracked"):
            buffer.fill_(85)  # what an earlier training leaves
    assert averages_lag(model, 29, few) and not averages_lag(model, 30, few)
    assert not averages_lag(small_distilbert(), 1, few)  # it has none


def test_training_as_long_as_a_model_starts_with_is_measured_as_ever():
    """Recorded runs of the usual length had no averages estimated, and a run of that length today has none."""
    for model in (m for m in MODELS.values() if m.kind == "image"):
        epoch = len(training_order(Examples({}, torch.zeros(1077)), model.student_recipe.batch_size, 0, 0))
        new, further = model.few_steps
        assert model.student_recipe.epochs * epoch >= new and 2 * epoch >= further
