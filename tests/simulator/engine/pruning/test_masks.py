"""Masks against torch.nn.utils.prune's, and what may be pruned at all."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from simulator.engine.pruning.masks import (
    apply_masks,
    global_masks,
    layer_wise_masks,
    prunable_parameters,
    prune_unstructured,
)
from tests.small_models import small_distilbert, small_t5


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 6)
        self.conv = nn.Conv2d(3, 8, 3)
        self.norm = nn.BatchNorm2d(8)
        self.layer = nn.Linear(8, 9)
        self.classifier = nn.Linear(9, 4)


@pytest.fixture
def net():
    torch.manual_seed(0)
    return Net()


SPARSITIES = [0.0, 0.1, 0.5, 0.77, 0.95]


@pytest.mark.parametrize("sparsity", SPARSITIES)
def test_global_masks_equal_torchs(net, sparsity):
    theirs = copy.deepcopy(net)
    prune.global_unstructured(
        [(theirs.conv, "weight"), (theirs.layer, "weight")], pruning_method=prune.L1Unstructured, amount=sparsity
    )
    mine = global_masks(prunable_parameters(net, ("classifier",), ()), sparsity)
    assert list(mine) == ["conv.weight", "layer.weight"]
    assert torch.equal(mine["conv.weight"].float(), theirs.conv.weight_mask)
    assert torch.equal(mine["layer.weight"].float(), theirs.layer.weight_mask)


@pytest.mark.parametrize("sparsity", SPARSITIES)
def test_layer_wise_masks_equal_torchs(net, sparsity):
    theirs = copy.deepcopy(net)
    for layer in (theirs.conv, theirs.layer):
        prune.l1_unstructured(layer, "weight", amount=sparsity)
    mine = layer_wise_masks(prunable_parameters(net, ("classifier",), ()), sparsity)
    assert torch.equal(mine["conv.weight"].float(), theirs.conv.weight_mask)
    assert torch.equal(mine["layer.weight"].float(), theirs.layer.weight_mask)


@pytest.mark.parametrize("sparsity", [0.3, 0.9])
def test_masks_equal_torchs_with_equal_scores(sparsity):
    net = Net()
    nn.init.constant_(net.layer.weight, 0.5)
    theirs = copy.deepcopy(net)
    prune.l1_unstructured(theirs.layer, "weight", amount=sparsity)
    mine = layer_wise_masks({"layer.weight": net.layer.weight}, sparsity)
    assert torch.equal(mine["layer.weight"].float(), theirs.layer.weight_mask)


@pytest.mark.parametrize("scope", ["global", "layer_wise"])
def test_exactly_the_asked_share_goes(net, scope):
    masks = prune_unstructured(net, ("classifier",), scope, 0.6, ())
    kept = sum(int(m.sum()) for m in masks.values())
    total = sum(m.numel() for m in masks.values())
    assert abs((total - kept) - 0.6 * total) <= len(masks) / 2
    for name, mask in masks.items():
        assert torch.equal(net.get_parameter(name) != 0, mask)


def test_the_rest_is_left_alone_unless_asked_for(net):
    assert set(prunable_parameters(net, ("classifier",), ())) == {"conv.weight", "layer.weight"}
    everything = prunable_parameters(net, ("classifier",), ("embeddings", "norms", "biases", "classifier"))
    assert set(everything) == {name for name, _ in net.named_parameters()}
    assert "classifier.bias" not in prunable_parameters(net, ("classifier",), ("biases",))


def test_tied_and_transformer_embeddings_are_left_alone():
    t5 = prunable_parameters(small_t5(), (), ())
    assert not {n for n in t5 if "shared" in n or "lm_head" in n or "embed" in n or "bias" in n or "norm" in n}
    assert len(t5) == 2 * (4 + 2) + 2 * (8 + 2)
    distilbert = prunable_parameters(small_distilbert(), ("pre_classifier", "classifier"), ())
    assert len(distilbert) == 2 * 6
    assert all("transformer.layer" in n for n in distilbert)


def test_masks_hold_against_an_optimiser_with_momentum(net):
    masks = prune_unstructured(net, ("classifier",), "global", 0.5, ())
    parameters = prunable_parameters(net, ("classifier",), ())
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        net.layer(net.conv(torch.randn(2, 3, 3, 3)).flatten(1)).square().sum().backward()
        optimizer.step()
        assert any((net.get_parameter(n)[~m] != 0).any() for n, m in masks.items())  # the optimiser does move them
        apply_masks(parameters, masks)
        assert all((net.get_parameter(n)[~m] == 0).all() for n, m in masks.items())
