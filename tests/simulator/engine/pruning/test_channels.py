"""Channels of CNNs: fewer of them, those with the lowest scores, and a model that still learns."""

import copy

import pytest
import torch
import torch_pruning
from torchvision.models import mobilenet_v2, resnet18

from simulator.catalog.pruning import importances_for
from simulator.engine.measure.compute import count_macs
from simulator.engine.models import MODULES
from simulator.engine.pruning.channels import LAYERS, group_score, prune_channels
from simulator.engine.pruning.importance import IMPORTANCES, Calibration
from simulator.engine.pruning.schedules import after_round
from simulator.engine.pruning.units import Cut

CNNS = {"resnet18": resnet18, "mobilenet_v2": mobilenet_v2}


LABELS = torch.tensor([0, 1, 2])


def pixels_of(model, batch):
    return model(batch["pixels"])


def cut(model, scope, sparsity, importance="magnitude", size=32, classifier=("fc",), whole=None, round_to=1):
    """Prune the channels of a CNN, with two batches of noise to look at."""
    generator = torch.Generator().manual_seed(4)
    batches = [({"pixels": torch.randn(3, 3, size, size, generator=generator)}, LABELS) for _ in range(2)]
    example = torch.randn(1, 3, size, size)
    calibration = Calibration(pixels_of, batches, seed=7)
    prune_channels(model, example, classifier, Cut(scope, sparsity, importance, round_to), calibration, whole)


@pytest.mark.parametrize("importance", ["magnitude", "taylor", "wanda"])
def test_every_layer_of_a_group_counts_in_a_channels_score(importance):
    """Expansion, depthwise convolution, their norms and the projection, [channels] each, by hand."""
    torch.manual_seed(0)
    model = mobilenet_v2(num_classes=10, width_mult=0.25).eval()
    example = torch.randn(2, 3, 32, 32)
    graph = torch_pruning.DependencyGraph().build_dependency(model, example_inputs=example)
    groups = graph.get_all_groups(ignored_layers=[model.classifier[1]], root_module_types=list(LAYERS))
    block = model.features[3].conv
    (group,) = (g for g in groups if g[0].dep.target.module is block[1][0])
    calibration = Calibration(pixels_of, [({"pixels": example}, LABELS[:2])], seed=7)
    layers = [block[0][0], block[0][1], block[1][0], block[1][1], block[2]]
    if importance == "wanda":  # it scores no norms
        layers = [layers[0], layers[2], layers[4]]
    weights = {str(n): layer.weight for n, layer in enumerate(layers)}
    of_layer = list(IMPORTANCES[importance](model, names_of(model, weights), calibration).values())
    of_layer[-1] = of_layer[-1].transpose(0, 1)  # the projection's inputs
    expected = sum(s.square().reshape(len(s), -1).sum(1) for s in of_layer) / len(of_layer)
    assert torch.allclose(group_score(model, importance, calibration)(group), expected)


def names_of(model, weights):
    """The same weights by their names in the model."""
    found = {id(weight): name for name, weight in model.named_parameters()}
    return {found[id(weight)]: weight for weight in weights.values()}


@pytest.mark.parametrize(("sparsity", "rounds"), [(0.1, 5), (0.5, 10), (0.95, 3)])
@pytest.mark.parametrize("name", CNNS)
def test_rounds_end_at_the_size_of_one_shot(name, sparsity, rounds):
    whole = CNNS[name](num_classes=10)
    in_rounds, at_once = copy.deepcopy(whole), copy.deepcopy(whole)
    settings = {"scope": "layer_wise", "classifier": MODULES[name].classifier}
    for number in range(rounds):
        cut(in_rounds, sparsity=after_round(sparsity, number + 1, rounds), whole=whole, **settings)
    cut(at_once, sparsity=sparsity, **settings)
    assert {n: p.shape for n, p in in_rounds.named_parameters()} == {n: p.shape for n, p in at_once.named_parameters()}


def parameters(model):
    return sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize("name", CNNS)
@pytest.mark.parametrize("scope", ["global", "layer_wise"])
@pytest.mark.parametrize("sparsity", [0.5, 0.95])
def test_a_pruned_cnn_is_smaller_and_learns(name, scope, sparsity):
    torch.manual_seed(0)
    model = CNNS[name](num_classes=10)
    before = parameters(model)
    cut(model, scope, sparsity, classifier=MODULES[name].classifier)
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
    cut(model, "layer_wise", 0.5, size=224)
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
    cut(model, "layer_wise", 0.5)
    assert inside.weight.shape[0] == 32
    inputs = inside.weight.shape[1]
    norms = kept.flatten(1).norm(dim=1)
    assert torch.allclose(inside.weight.flatten(1).norm(dim=1), norms * (inputs / 64) ** 0.5, rtol=0.2)


@pytest.mark.parametrize("name", CNNS)
def test_a_rounded_model_keeps_multiples(name):
    model = CNNS[name](num_classes=10)
    cut(model, "global", 0.8, classifier=MODULES[name].classifier, round_to=8)
    assert all(m.num_features % 8 == 0 for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d))


@pytest.mark.parametrize("model_name", CNNS)
@pytest.mark.parametrize("importance", importances_for("image", "structured"))
@pytest.mark.parametrize("scope", ["global", "layer_wise"])
def test_a_cnn_pruned_by_any_importance_is_smaller_and_learns(model_name, importance, scope):
    torch.manual_seed(0)
    model = CNNS[model_name](num_classes=10)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight)  # fresh ones are all 1: nothing to rank
    before = parameters(model)
    layers = {name: len(m.weight) for name, m in model.named_modules() if isinstance(m, torch.nn.Conv2d)}
    cut(model, scope, 0.5, importance, classifier=MODULES[model_name].classifier)
    assert parameters(model) < before * 0.75
    for name, channels in layers.items():
        kept = len(model.get_submodule(name).weight)
        assert kept >= round(0.05 * channels)
        if scope == "layer_wise":
            assert kept == channels - round(0.5 * channels)
    model.train()
    model(torch.randn(4, 3, 32, 32)).sum().backward()
    assert all(p.grad is not None and p.grad.shape == p.shape for p in model.parameters())


def test_channels_with_small_scales_go_first():
    model = resnet18(num_classes=10)
    norm = model.layer1[0].bn1  # its channels belong to no other layer's group
    gammas = torch.linspace(-1, 1, 64)[torch.randperm(64, generator=torch.Generator().manual_seed(0))]
    norm.weight.data = gammas.clone()
    cut(model, "layer_wise", 0.5, "batchnorm_scale")
    assert torch.equal(norm.weight, gammas[gammas.abs() > gammas.abs().sort().values[31]])


def test_scales_are_compared_between_layers_as_they_are():
    torch.manual_seed(0)
    model = resnet18(num_classes=10)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.0)
    weak, strong = model.layer1[0].bn1, model.layer2[0].bn1
    weak.weight.data *= 0.01
    cut(model, "global", 0.2, "batchnorm_scale")
    assert weak.num_features == 3  # the floor: 5 % of 64
    assert strong.num_features > 0.6 * 128


def test_random_channels_do_not_depend_on_the_weights():
    one, other = resnet18(num_classes=10), resnet18(num_classes=10)
    marks = torch.arange(64.0)
    for model in (one, other):
        model.layer1[0].bn1.bias.data = marks.clone()
        cut(model, "global", 0.5, "random")
    assert torch.equal(one.layer1[0].bn1.bias, other.layer1[0].bn1.bias)
    assert one.layer1[0].bn1.bias.tolist() != list(range(32, 64))


@pytest.mark.parametrize("scope", ["global", "layer_wise"])
def test_at_the_highest_sparsity_narrow_layers_are_pruned_too_and_keep_a_channel(scope):
    student = MODULES["resnet18"].build_student(resnet18(num_classes=10), 0.25, 0)
    cut(student, scope, 0.95)
    channels = [m.out_channels for m in student.modules() if isinstance(m, torch.nn.Conv2d)]
    assert min(channels) >= 1
    assert max(channels) <= 128 * (0.06 if scope == "layer_wise" else 0.5)
