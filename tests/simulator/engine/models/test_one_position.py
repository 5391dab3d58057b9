"""Leaving out what nobody reads changes no logit and no gradient."""

import pytest
import torch

from simulator.engine.models import MODULES
from simulator.engine.pruning.heads import prune_transformer
from simulator.engine.pruning.importance import Calibration
from simulator.engine.pruning.units import Cut
from tests.small_models import small_distilbert, small_t5, token_batch

MODELS = {"distilbert": small_distilbert, "t5_small": small_t5}


def answered(logits, model, batch):
    """Logits, and the gradients of their cross-entropy with some labels by name."""
    model.zero_grad()
    answers = logits(model, batch)
    torch.nn.functional.cross_entropy(answers, torch.arange(len(answers)) % 3).backward()
    return answers, {n: p.grad for n, p in model.named_parameters()}


def same(name, model, batch):
    """The one position's logits and gradients are those of the whole model."""
    module = MODULES[name]
    whole, gradients = answered(module.logits, model, batch)
    shorter, again = answered(module.answering_logits, model, batch)
    assert torch.allclose(shorter, whole, atol=1e-6)
    for n, gradient in gradients.items():
        assert torch.allclose(again[n], gradient, atol=1e-6), n
    assert torch.equal(answered(module.logits, model, batch)[0], whole)


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("name", MODELS)
def test_logits_and_gradients_are_the_whole_models(name, layers, padded):
    batch = token_batch()
    if not padded:
        batch["attention_mask"] = torch.ones_like(batch["attention_mask"])
    same(name, MODELS[name](layers=layers), batch)


@pytest.mark.parametrize("name", MODELS)
def test_they_are_the_same_with_fewer_heads_and_neurons(name):
    model, batch = MODELS[name](), token_batch()
    calibration = Calibration(MODULES[name].logits, [(batch, torch.arange(3))], seed=7)
    prune_transformer(model, MODULES[name], Cut("layer_wise", 0.5, "magnitude"), calibration)
    same(name, model, batch)


@pytest.mark.parametrize("name", MODELS)
def test_in_bfloat16_it_is_as_near_to_float32_as_the_whole_model(name):
    model, batch = MODELS[name](), token_batch(examples=40)
    for p in model.parameters():
        p.data *= 2  # so that scores are large enough to be rounded
    exact = MODULES[name].logits(model, batch)
    errors = []
    for logits in (MODULES[name].logits, MODULES[name].answering_logits):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            errors.append((logits(model, batch).float() - exact).abs().mean().item())
    assert 0 < errors[1] < 1.2 * errors[0]


@pytest.mark.parametrize("name", MODELS)
def test_dropout_is_at_work_in_training(name):
    model, batch = MODELS[name]().train(), token_batch()
    logits = MODULES[name].answering_logits
    torch.manual_seed(0)
    first, second = logits(model, batch), logits(model, batch)
    torch.manual_seed(0)
    assert torch.equal(logits(model, batch), first)
    assert not torch.equal(first, second)
