"""Masks against torch.nn.utils.prune's, and what may be pruned at all."""

import copy
import itertools

import pytest
import torch
from torch import nn
from torch.nn.utils import prune as torchs

from simulator.config.run import make_config
from simulator.engine.pruning.importance import Calibration, magnitude
from simulator.engine.pruning.masks import (
    MaskRule,
    apply_masks,
    global_masks,
    keep_largest,
    layer_wise_masks,
    left_dense,
    prunable_parameters,
    two_of_four_masks,
)
from simulator.errors import SimulatorError
from tests.small_models import small_distilbert, small_t5

NO_DATA = Calibration(lambda model, batch: batch["x"], (), seed=0)


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


def sizes(parameters):
    """The magnitudes of parameters, by name."""
    return magnitude(nn.Module(), parameters, NO_DATA)


def prune(net, **settings):
    """Prune the net in place and give its masks."""
    rule = MaskRule(make_config(settings), ("classifier",))
    masks = rule.masks(net, NO_DATA)
    apply_masks(rule.parameters(net), masks)
    return masks


SPARSITIES = [0.0, 0.1, 0.5, 0.77, 0.95]


@pytest.mark.parametrize("sparsity", SPARSITIES)
def test_global_masks_equal_torchs(net, sparsity):
    theirs = copy.deepcopy(net)
    torchs.global_unstructured(
        [(theirs.conv, "weight"), (theirs.layer, "weight")], pruning_method=torchs.L1Unstructured, amount=sparsity
    )
    mine = global_masks(sizes(prunable_parameters(net, ("classifier",), ())), sparsity)
    assert list(mine) == ["conv.weight", "layer.weight"]
    assert torch.equal(mine["conv.weight"].float(), theirs.conv.weight_mask)
    assert torch.equal(mine["layer.weight"].float(), theirs.layer.weight_mask)


@pytest.mark.parametrize("sparsity", SPARSITIES)
def test_layer_wise_masks_equal_torchs(net, sparsity):
    theirs = copy.deepcopy(net)
    for layer in (theirs.conv, theirs.layer):
        torchs.l1_unstructured(layer, "weight", amount=sparsity)
    mine = layer_wise_masks(sizes(prunable_parameters(net, ("classifier",), ())), sparsity)
    assert torch.equal(mine["conv.weight"].float(), theirs.conv.weight_mask)
    assert torch.equal(mine["layer.weight"].float(), theirs.layer.weight_mask)


@pytest.mark.parametrize("sparsity", [0.3, 0.9])
def test_masks_equal_torchs_with_equal_scores(sparsity):
    net = Net()
    nn.init.constant_(net.layer.weight, 0.5)
    theirs = copy.deepcopy(net)
    torchs.l1_unstructured(theirs.layer, "weight", amount=sparsity)
    mine = layer_wise_masks(sizes({"layer.weight": net.layer.weight}), sparsity)
    assert torch.equal(mine["layer.weight"].float(), theirs.layer.weight_mask)


@pytest.mark.parametrize("scope", ["global", "layer_wise"])
def test_exactly_the_asked_share_goes(net, scope):
    masks = prune(net, scope=scope, target_sparsity=0.6)
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
    masks = prune(net, target_sparsity=0.5)
    parameters = prunable_parameters(net, ("classifier",), ())
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        net.layer(net.conv(torch.randn(2, 3, 3, 3)).flatten(1)).square().sum().backward()
        optimizer.step()
        assert any((net.get_parameter(n)[~m] != 0).any() for n, m in masks.items())  # the optimiser does move them
        apply_masks(parameters, masks)
        assert all((net.get_parameter(n)[~m] == 0).all() for n, m in masks.items())


def pattern_by_hand(weight, mask):
    """2:4 in plain Python: of four neighbouring inputs at one place of the kernel the two largest magnitudes stay."""
    outputs, inputs, *kernel = weight.shape
    for out, start, *place in itertools.product(range(outputs), range(0, inputs, 4), *map(range, kernel)):
        four, keeps = ([float(x[out, start + i, *place]) for i in range(4)] for x in (weight.detach(), mask))
        assert sum(keeps) == 2
        assert min(abs(w) for w, k in zip(four, keeps, strict=True) if k) >= max(
            abs(w) for w, k in zip(four, keeps, strict=True) if not k
        )


def test_exactly_two_of_every_four_along_the_inputs_stay_and_they_are_the_largest(net):
    parameters = {"layer.weight": net.layer.weight, "conv.weight": nn.Parameter(torch.randn(5, 8, 3, 3))}
    parameters["conv.weight"].data = parameters["conv.weight"].data.to(memory_format=torch.channels_last)
    masks = two_of_four_masks(sizes(parameters))
    assert list(masks) == list(parameters)
    for name, mask in masks.items():
        assert mask.shape == parameters[name].shape
        pattern_by_hand(parameters[name], mask)


def test_equal_weights_lose_two_of_four_as_well():
    (mask,) = two_of_four_masks({"w": torch.ones(3, 8)}).values()
    assert (mask.view(-1, 4).sum(1) == 2).all()


def test_layers_whose_inputs_are_no_multiple_of_four_stay_dense(net):
    before = net.conv.weight.clone()  # 3 input channels
    masks = prune(net, pruning="2:4")
    assert list(masks) == ["layer.weight"]
    assert left_dense(prunable_parameters(net, ("classifier",), ())) == ["conv.weight"]
    assert torch.equal(net.conv.weight, before)
    assert (net.layer.weight == 0).float().mean() == 0.5


def test_by_hand_every_named_layer_loses_exactly_its_share_and_the_others_nothing(net):
    masks = prune(net, scope="by_hand", layer_sparsity="layer.weight=0.25")
    assert list(masks) == ["layer.weight"]
    assert int((net.layer.weight == 0).sum()) == 18  # a quarter of 72
    assert (net.conv.weight != 0).all()
    kept, gone = masks["layer.weight"], ~masks["layer.weight"]
    fresh = copy.deepcopy(net).layer.weight
    assert fresh[kept].abs().min() > fresh[gone].abs().max()


def test_a_layer_that_is_not_there_is_named_with_those_that_are(net):
    with pytest.raises(SimulatorError, match=r"names nowhere\.weight") as refused:
        prune(net, scope="by_hand", layer_sparsity="nowhere.weight=0.5")
    assert "conv.weight, layer.weight" in refused.value.advice


@pytest.mark.parametrize("importance", ["magnitude", "random"])
def test_what_was_dropped_stays_dropped_when_weights_are_ranked_anew(net, importance):
    rule = MaskRule(make_config({"target_sparsity": 0.6, "importance": importance}), ("classifier",))
    first = rule.masks(net, NO_DATA, lambda target: target / 2)
    with torch.no_grad():
        for name, mask in first.items():
            net.get_parameter(name)[~mask] = 99.0  # even if they had grown meanwhile
    second = rule.masks(net, Calibration(NO_DATA.logits, (), seed=1), float, first)
    assert not any((second[name] & ~first[name]).any() for name in first)
    assert sum(int((~m).sum()) for m in second.values()) == round(0.6 * sum(m.numel() for m in second.values()))


@pytest.mark.parametrize("share", [0.0, 0.001, 0.37, 0.5, 0.999, 1.0])
@pytest.mark.parametrize("ties", [False, True])
def test_the_same_scores_go_as_topk_chooses(share: float, ties: bool) -> None:
    torch.manual_seed(0)
    scores = torch.randint(-2, 5, (40, 50)).float() if ties else torch.randn(40, 50)
    expected = torch.ones(2000, dtype=torch.bool)
    expected[torch.topk(scores.flatten(), round(share * 2000), largest=False, sorted=False).indices] = False
    assert torch.equal(keep_largest(scores, share), expected.view(40, 50))
