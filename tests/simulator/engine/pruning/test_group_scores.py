"""Our scores of channels beside Torch-Pruning's own group importances, and where the two differ."""

from dataclasses import replace

import pytest
import torch
import torch_pruning
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import update_bn
from torch_pruning.pruner import function
from torch_pruning.pruner.importance import GroupMagnitudeImportance, GroupTaylorImportance

from simulator.catalog import pruning as catalog
from simulator.engine.models import MODULES
from simulator.engine.pruning.channels import PARTS, group_score, groups_of
from simulator.engine.pruning.importance import Calibration

DEPTHWISE = (function.prune_depthwise_conv_out_channels, function.prune_depthwise_conv_in_channels)
MODELS = {
    "resnet18": (lambda: MODULES["resnet18"].build({"blocks": 2, "width": 0.25, "num_classes": 10}), ("fc",)),
    "mobilenet_v2": (
        lambda: MODULES["mobilenet_v2"].build({"width": 0.25, "num_classes": 10}),
        ("classifier",),
    ),
}
TINY = 1e-15
UNDIVIDED = {"group_reduction": "mean", "normalizer": None}


def made(name):
    """A narrow model whose norms scale, its groups, and a batch of noise to look at."""
    torch.manual_seed(0)
    build, classifier = MODELS[name]
    model = build()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
    pixels, labels = torch.randn(4, 3, 32, 32), torch.tensor([0, 3, 1, 9])
    update_bn([pixels], model)  # else hardly a signal comes through an untrained MobileNetV2
    model.eval()
    graph = torch_pruning.DependencyGraph().build_dependency(model, example_inputs=pixels[:1])
    calibration = Calibration(lambda m, batch: m(batch["pixels"]), [({"pixels": pixels}, labels)], seed=0)
    F.cross_entropy(model(pixels), labels).backward()
    return model, groups_of(model, graph, classifier), calibration


def squares(layer):
    return layer.weight.detach().square()


def without_depthwise(group, score, weights, kinds):
    """Our score without its depthwise convolutions, which Torch-Pruning leaves out of sum and mean."""
    layers = [item.dep for item in group if isinstance(item.dep.layer, kinds)]
    left_out = [dep.layer for dep in layers if dep.pruning_fn in DEPTHWISE]
    parts = sum(weights(layer).flatten(1).sum(1) for layer in left_out)
    return (score * len(layers) - parts) / (len(layers) - len(left_out)), bool(left_out)


@pytest.mark.parametrize("name", MODELS)
def test_magnitudes_are_those_of_torch_pruning_which_leaves_depthwise_convolutions_out(name):
    model, groups, calibration = made(name)
    ours, theirs = group_score(model, "magnitude", calibration), GroupMagnitudeImportance(p=2, **UNDIVIDED)
    kinds = PARTS["layers"] + PARTS["norms"]
    seen = []
    for group in groups:
        score, is_depthwise = without_depthwise(group, ours(group), squares, kinds)
        assert torch.allclose(score, theirs(group), rtol=1e-4)
        seen.append(is_depthwise)
    assert any(seen) == (name == "mobilenet_v2")
    assert len(seen) > 5


@pytest.mark.parametrize("name", MODELS)
def test_taylor_scores_are_torch_prunings_magnitudes_of_weights_times_gradients(name):
    """Molchanov et al. 2019, equation 8: squares of w * dL/dw, summed over what belongs together."""
    model, groups, calibration = made(name)
    ours, theirs = group_score(model, "taylor", calibration), GroupMagnitudeImportance(p=2, **UNDIVIDED)
    scores = [ours(group) for group in groups]
    for p in model.parameters():
        p.data = (p * p.grad).detach()
    for group, score in zip(groups, scores, strict=True):
        score, _ = without_depthwise(group, score, squares, PARTS["layers"] + PARTS["norms"])
        assert torch.allclose(score, theirs(group), rtol=1e-3, atol=TINY)


@pytest.mark.parametrize("name", MODELS)
def test_torch_prunings_taylor_differs_by_its_absolute_values_and_leaves_norms_out_too(name, monkeypatch):
    model, groups, calibration = made(name)
    theirs = GroupTaylorImportance(**UNDIVIDED)
    own = group_score(model, "taylor", calibration)
    as_theirs = replace(catalog.IMPORTANCES["taylor"], is_scale=True, channel_parts=("layers",))
    monkeypatch.setitem(catalog.IMPORTANCES, "taylor", as_theirs)
    ours = group_score(model, "taylor", calibration)
    for group in groups:
        score, _ = without_depthwise(
            group, ours(group), lambda layer: (layer.weight * layer.weight.grad).detach().abs(), PARTS["layers"]
        )
        assert torch.allclose(score, theirs(group), rtol=1e-3, atol=TINY)
        assert not torch.allclose(own(group), theirs(group), rtol=0.1, atol=TINY)
