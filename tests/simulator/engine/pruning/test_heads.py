"""Neurons and heads of transformers: fewer of them, the same answers where they were zero."""

import copy

import pytest
import torch

from simulator.catalog.pruning import importances_for
from simulator.engine.models import MODULES
from simulator.engine.pruning.heads import prune_transformer
from simulator.engine.pruning.importance import Calibration
from simulator.engine.pruning.schedules import after_round
from simulator.engine.pruning.units import Cut
from tests.small_models import small_distilbert, small_t5, token_batch

TRANSFORMERS = {"distilbert": small_distilbert, "t5_small": small_t5}


LABELS = torch.tensor([0, 1, 2])


def cut_transformer(model, name, scope, sparsity, importance="magnitude", whole=None, round_to=1):
    """Prune the neurons and heads of a transformer, with a batch to look at."""
    calibration = Calibration(MODULES[name].logits, [(token_batch(), LABELS)], seed=7)
    prune_transformer(model, MODULES[name], Cut(scope, sparsity, importance, round_to), calibration, whole)


@pytest.mark.parametrize(("sparsity", "rounds"), [(0.1, 5), (0.5, 10), (0.95, 3)])
@pytest.mark.parametrize("name", TRANSFORMERS)
def test_rounds_of_heads_end_at_the_size_of_one_shot(name, sparsity, rounds):
    """Rounding once a round would end elsewhere: of eight heads, ten rounds to a half would leave seven."""
    whole = TRANSFORMERS[name]()
    in_rounds, at_once = copy.deepcopy(whole), copy.deepcopy(whole)
    for number in range(rounds):
        cut_transformer(in_rounds, name, "layer_wise", after_round(sparsity, number + 1, rounds), whole=whole)
    cut_transformer(at_once, name, "layer_wise", sparsity)
    assert {n: p.shape for n, p in in_rounds.named_parameters()} == {n: p.shape for n, p in at_once.named_parameters()}


def parameters(model):
    return sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize("name", TRANSFORMERS)
@pytest.mark.parametrize("scope", ["global", "layer_wise"])
@pytest.mark.parametrize("sparsity", [0.0, 0.5, 0.95])
def test_a_pruned_transformer_is_smaller_and_learns(name, scope, sparsity):
    model = TRANSFORMERS[name]()
    before = parameters(model)
    cut_transformer(model, name, scope, sparsity)
    assert parameters(model) < before if sparsity else parameters(model) == before
    model.train()
    out = MODULES[name].logits(model, token_batch())
    assert out.shape == (3, 3)
    out.sum().backward()
    pruned = [layer for f in MODULES[name].units(model)[0] for layer in (f.up, f.down)]
    assert all(layer.weight.grad.shape == layer.weight.shape for layer in pruned)


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_removing_what_is_zero_changes_no_logit(name):
    """Neurons and heads whose weights are zero add nothing, so slicing them out must not change the output."""
    model = TRANSFORMERS[name]()
    feed_forward, attention = MODULES[name].units(model)
    with torch.no_grad():
        for part in feed_forward:
            part.up.weight[::2] = 0
            if part.up.bias is not None:
                part.up.bias[::2] = 0
            part.down.weight[:, ::2] = 0
        for heads in attention:
            zero = torch.arange(4 * heads.width) < 2 * heads.width  # the first two of four heads
            for layer in heads.inner:
                layer.weight[zero] = 0
            for layer in heads.outer:
                layer.weight[:, zero] = 0
    before = MODULES[name].logits(model, token_batch())
    cut_transformer(model, name, "layer_wise", 0.5)
    assert torch.allclose(MODULES[name].logits(model, token_batch()), before, atol=1e-5)
    assert all(len(p.up.weight) == 20 for p in MODULES[name].units(model)[0])
    assert all(len(layer.weight) == 2 * h.width for h in MODULES[name].units(model)[1] for layer in h.inner)


def test_t5_still_generates_after_losing_heads():
    model = small_t5()
    cut_transformer(model, "t5_small", "layer_wise", 0.5)
    batch = token_batch()
    out = model.generate(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], max_new_tokens=4)
    assert out.shape[0] == 3


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_a_rounded_transformer_keeps_multiples_and_its_heads_as_they_are(name):
    models = [TRANSFORMERS[name]() for _ in range(2)]
    for model, multiple in zip(models, (1, 8), strict=True):
        cut_transformer(model, name, "layer_wise", 0.7, round_to=multiple)
    (exact, heads), (rounded, same) = (MODULES[name].units(model) for model in models)
    sizes = [(len(f.up.weight), len(g.up.weight)) for f, g in zip(exact, rounded, strict=True)]
    assert sizes == [(12, 16)] * len(exact)
    assert [len(a.inner[0].weight) for a in heads] == [len(a.inner[0].weight) for a in same]


@pytest.mark.parametrize("name", TRANSFORMERS)
@pytest.mark.parametrize("importance", importances_for("text", "structured"))
@pytest.mark.parametrize("scope", ["global", "layer_wise"])
def test_a_transformer_pruned_by_any_importance_is_smaller_and_learns(name, importance, scope):
    model = TRANSFORMERS[name]()
    cut_transformer(model, name, scope, 0.5, importance)
    feed_forward, attention = MODULES[name].units(model)
    assert sum(len(f.up.weight) for f in feed_forward) == 20 * len(feed_forward)
    assert all(len(layer.weight) == 2 * a.width for a in attention for layer in a.inner)
    MODULES[name].logits(model.train(), token_batch()).sum().backward()
    assert all(f.up.weight.grad.shape == f.up.weight.shape for f in feed_forward)


def test_neurons_whose_input_is_silent_go_first_by_wanda_and_stay_by_magnitude():
    model = small_distilbert()
    up, down = (model.distilbert.transformer.layer[0].ffn.lin1, model.distilbert.transformer.layer[0].ffn.lin2)
    with torch.no_grad():
        up.weight[:20], up.bias[:20] = 1e-4, -100.0  # GELU lets nothing of these through
        down.weight[:, :20] *= 10
    loud = down.weight[:, 20:].clone()
    by_magnitude = copy.deepcopy(model)
    cut_transformer(model, "distilbert", "layer_wise", 0.5, "wanda")
    assert torch.equal(model.distilbert.transformer.layer[0].ffn.lin2.weight, loud)
    cut_transformer(by_magnitude, "distilbert", "layer_wise", 0.5)
    assert not torch.equal(by_magnitude.distilbert.transformer.layer[0].ffn.lin2.weight, loud)


def test_pruning_leaves_the_original_alone():
    model = small_distilbert()
    copied = copy.deepcopy(model)
    cut_transformer(copied, "distilbert", "global", 0.5)
    assert parameters(model) == parameters(small_distilbert())
