"""Structured pruning: the model is smaller, still runs, and removing what is zero changes nothing."""

import copy

import pytest
import torch
from torchvision.models import mobilenet_v2, resnet18

from simulator.engine.measure.compute import count_macs
from simulator.engine.models import MODULES
from simulator.engine.pruning.channels import prune_channels
from simulator.engine.pruning.heads import FeedForward, neurons_to_keep, parts_of, prune_transformer
from tests.small_models import small_distilbert, small_t5, token_batch

CNNS = {"resnet18": resnet18, "mobilenet_v2": mobilenet_v2}
TRANSFORMERS = {"distilbert": small_distilbert, "t5_small": small_t5}


def parameters(model):
    return sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize("name", CNNS)
@pytest.mark.parametrize("scope", ["global", "layer_wise"])
@pytest.mark.parametrize("sparsity", [0.5, 0.95])
def test_a_pruned_cnn_is_smaller_and_learns(name, scope, sparsity):
    torch.manual_seed(0)
    model = CNNS[name](num_classes=10)
    before = parameters(model)
    prune_channels(model, torch.randn(1, 3, 32, 32), MODULES[name].CLASSIFIER, scope, sparsity)
    assert parameters(model) < before * (0.6 if sparsity == 0.5 else 0.3)
    convolutions = [m for m in model.modules() if isinstance(m, torch.nn.Conv2d)]
    assert all(c.weight.is_contiguous(memory_format=torch.channels_last) for c in convolutions)
    model.train()
    out = model(torch.randn(4, 3, 32, 32))
    assert out.shape == (4, 10)
    out.sum().backward()
    assert all(p.grad is not None and p.grad.shape == p.shape for p in model.parameters())


def test_half_of_resnet18s_channels_leave_a_quarter_of_it():
    """By hand: the first convolution and the classifier lose half of their MACs, all others three quarters.

    DESIGN's 0.487 G is torch-pruning's own count, which adds norms and pooling; the parameters are the same.
    """
    model = resnet18()
    prune_channels(model, torch.randn(1, 3, 224, 224), ("fc",), "layer_wise", 0.5)
    assert parameters(model) == pytest.approx(3.06e6, rel=0.005)
    first, classifier, all_of_them = 118_013_952, 512_000, 1_814_073_344
    expected = first // 2 + classifier // 2 + (all_of_them - first - classifier) // 4
    assert count_macs(model, lambda m, b: m(b["pixels"]), {"pixels": torch.randn(1, 3, 224, 224)}) == expected


def test_channels_with_small_norms_go_first():
    model = resnet18(num_classes=10)
    inside = model.layer1[0].conv1  # its outputs are seen by one layer only
    with torch.no_grad():
        inside.weight[::2] *= 1e-4
    kept = inside.weight[1::2].clone()
    prune_channels(model, torch.randn(1, 3, 32, 32), ("fc",), "layer_wise", 0.5)
    assert inside.weight.shape[0] == 32
    inputs = inside.weight.shape[1]
    norms = kept.flatten(1).norm(dim=1)
    assert torch.allclose(inside.weight.flatten(1).norm(dim=1), norms * (inputs / 64) ** 0.5, rtol=0.2)


@pytest.mark.parametrize("name", TRANSFORMERS)
@pytest.mark.parametrize("scope", ["global", "layer_wise"])
@pytest.mark.parametrize("sparsity", [0.0, 0.5, 0.95])
def test_a_pruned_transformer_is_smaller_and_learns(name, scope, sparsity):
    model = TRANSFORMERS[name]()
    before = parameters(model)
    prune_transformer(model, scope, sparsity)
    assert parameters(model) < before if sparsity else parameters(model) == before
    model.train()
    out = MODULES[name].logits(model, token_batch())
    assert out.shape == (3, 3)
    out.sum().backward()
    pruned = [layer for f in parts_of(model)[0] for layer in (f.up, f.down)]
    assert all(layer.weight.grad.shape == layer.weight.shape for layer in pruned)


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_removing_what_is_zero_changes_no_logit(name):
    """Neurons and heads whose weights are zero add nothing, so slicing them out must not change the output."""
    model = TRANSFORMERS[name]()
    feed_forward, attention = parts_of(model)
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
    prune_transformer(model, "layer_wise", 0.5)
    assert torch.allclose(MODULES[name].logits(model, token_batch()), before, atol=1e-5)
    assert all(len(p.up.weight) == 20 for p in parts_of(model)[0])
    assert all(len(layer.weight) == 2 * h.width for h in parts_of(model)[1] for layer in h.inner)


def test_t5_still_generates_after_losing_heads():
    model = small_t5()
    prune_transformer(model, "layer_wise", 0.5)
    batch = token_batch()
    out = model.generate(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], max_new_tokens=4)
    assert out.shape[0] == 3


def test_a_global_ranking_takes_more_from_the_weaker_layer_but_empties_none():
    strong, weak = (FeedForward(torch.nn.Linear(4, 100), torch.nn.Linear(100, 4)) for _ in range(2))
    scores = [strong.importance(), weak.importance()]
    scores[1][:90] *= 1e-3  # most neurons of the second layer do next to nothing
    keep = neurons_to_keep(scores, "global", 0.45)
    assert sum(keep) == 110
    assert keep[1] <= 20 < 90 <= keep[0]
    assert min(neurons_to_keep(scores, "global", 0.95)) >= 5


def test_pruning_leaves_the_original_alone():
    model = small_distilbert()
    copied = copy.deepcopy(model)
    prune_transformer(copied, "global", 0.5)
    assert parameters(model) == parameters(small_distilbert())
