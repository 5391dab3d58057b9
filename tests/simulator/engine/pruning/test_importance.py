"""Importances against autograd by hand, sums by hand and the ranking they promise."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import mobilenet_v2

from simulator.catalog.pruning import CALIBRATION_BATCHES
from simulator.config.run import make_config
from simulator.engine.datasets.batches import Examples
from simulator.engine.models import MODULES
from simulator.engine.models.resnet18.structure import build_resnet
from simulator.engine.pruning.importance import (
    Calibration,
    batchnorm_scale,
    calibration,
    norms_of,
    random,
    rank_within_rows,
    taylor,
    wanda,
)
from simulator.engine.pruning.masks import MaskRule, prunable_parameters
from tests.small_models import small_distilbert, small_t5, token_batch


def through(model, batch):
    return model(batch["x"])


def batches_of(*inputs, labels):
    return [({"x": x}, y) for x, y in zip(inputs, labels, strict=True)]


def test_taylor_is_weight_times_gradient_of_the_cross_entropy_by_hand():
    """d/dW of mean cross-entropy of a linear model: (softmax(logits) - onehot)^T x / examples."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4, bias=False))
    w = model[0].weight.detach()
    x, y = [torch.randn(5, 3), torch.randn(2, 3)], [torch.tensor([0, 1, 2, 3, 0]), torch.tensor([3, 1])]
    squares = torch.zeros(4, 3)
    for inputs, labels in zip(x, y, strict=True):
        error = (inputs @ w.T).softmax(1) - F.one_hot(labels, 4)
        squares += (w * (error.T @ inputs / len(inputs))) ** 2
    scores = taylor(model, {"0.weight": model[0].weight}, Calibration(through, batches_of(*x, labels=y), 0))
    assert torch.allclose(scores["0.weight"] ** 2, squares, atol=1e-8)
    assert model[0].weight.grad is None  # a training under way keeps its own gradients


def test_taylor_leaves_running_means_and_mode_alone():
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 4)).train()
    taylor(
        model, {"1.weight": model[1].weight}, Calibration(through, batches_of(torch.randn(6, 3) + 9, labels=[y6]), 0)
    )
    assert model.training
    assert torch.equal(model[0].running_mean, torch.zeros(3))


y6 = torch.tensor([0, 1, 2, 3, 0, 1])


def test_wanda_is_weight_times_norm_of_its_input_by_hand():
    model = nn.Sequential(nn.Linear(2, 2, bias=False))
    model[0].weight.data = torch.tensor([[1.0, -2.0], [3.0, 0.5]])
    x = [torch.tensor([[3.0, 1.0], [4.0, 0.0]]), torch.tensor([[0.0, 2.0]])]
    # columns: sqrt(9 + 16 + 0) = 5 and sqrt(1 + 0 + 4) = sqrt 5; three rows
    norm = torch.tensor([5.0, 5.0**0.5]) / 3**0.5
    scores = wanda(model, {"0.weight": model[0].weight}, Calibration(through, batches_of(*x, labels=[y6, y6]), 0))
    assert torch.allclose(scores["0.weight"], torch.tensor([[1.0, 2.0], [3.0, 0.5]]) * norm)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_wanda_of_a_convolution_sees_each_weights_own_inputs(groups):
    """Position by position: which inputs does the weight [o, i, y, x] multiply?"""
    torch.manual_seed(0)
    conv = nn.Conv2d(4, 8, 3, stride=2, padding=1, groups=groups)
    x = torch.randn(2, 4, 5, 5)
    padded = F.pad(x, (1, 1, 1, 1))
    expected = torch.zeros_like(conv.weight)
    for o in range(8):
        for i in range(4 // groups):
            channel = o // (8 // groups) * (4 // groups) + i
            for row in range(3):
                for column in range(3):
                    seen = padded[:, channel, row : row + 5 : 2, column : column + 5 : 2]
                    assert seen.shape == (2, 3, 3)
                    rms = seen.square().mean().sqrt()
                    expected[o, i, row, column] = conv.weight[o, i, row, column].abs() * rms
    model = nn.Sequential(conv)
    scores = wanda(model, {"0.weight": conv.weight}, Calibration(through, batches_of(x, labels=[y6]), 0))
    assert torch.allclose(scores["0.weight"], expected, atol=1e-6)


def test_wanda_layer_wise_compares_within_output_rows_as_the_paper_does():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 6))
    model[0].weight.data[:3] *= 100  # compared over the layer, the other rows would lose everything
    batches = Calibration(through, batches_of(torch.randn(8, 10), labels=[torch.zeros(8, dtype=torch.long)]), 0)
    rule = MaskRule(make_config({"importance": "wanda", "scope": "layer_wise", "target_sparsity": 0.3}), ())
    mask = rule.masks(model, batches)["0.weight"]
    assert (mask.sum(1) == 7).all()
    scores = wanda(model, {"0.weight": model[0].weight}, batches)["0.weight"]
    assert all(s[m].min() > s[~m].max() for s, m in zip(scores, mask, strict=True))
    over_all = MaskRule(make_config({"importance": "wanda", "target_sparsity": 0.3}), ()).masks(model, batches)
    assert over_all["0.weight"][:3].all()


def test_ranks_within_rows():
    assert rank_within_rows(torch.tensor([[0.3, 0.1, 0.2], [5.0, 9.0, 7.0]])).tolist() == [[2, 0, 1], [0, 2, 1]]


def test_random_is_seeded_uniform_and_draws_from_no_other_generator():
    weights = {"a": nn.Parameter(torch.randn(200, 100)), "b": nn.Parameter(torch.randn(50))}
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, again, other = (random(nn.Module(), weights, Calibration(through, (), seed)) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(one[n], again[n]) for n in weights)
    assert not torch.equal(one["a"], other["a"])
    tenths = torch.histc(one["a"], 10, 0, 1) / one["a"].numel()
    assert (tenths - 0.1).abs().max() < 0.01  # 20,000 draws: a tenth's standard error is 0.002
    assert abs(torch.corrcoef(torch.stack([one["a"].flatten(), weights["a"].abs().flatten()]))[0, 1]) < 0.03


def test_batchnorm_scale_is_the_size_of_gamma_and_scales_the_weights_of_its_channel():
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))
    gamma = torch.tensor([3.0, 0.5, 0.1, 2.0])
    model[1].weight.data = gamma * torch.tensor([-1, 1, -1, 1])
    scores = batchnorm_scale(model, dict(model.named_parameters()), Calibration(through, (), 0))
    assert list(scores) == ["0.weight", "1.weight"]
    assert torch.equal(scores["1.weight"], gamma)
    for channel in range(4):
        assert torch.equal(scores["0.weight"][channel], model[0].weight[channel].detach().abs() * gamma[channel])


@pytest.mark.parametrize("model", [build_resnet(1, 0.25, 3), mobilenet_v2(width_mult=0.25, num_classes=3)])
def test_the_norm_that_scales_a_convolution_is_the_one_that_reads_it(model):
    """Watched in a forward pass: what a convolution gives is what its norm takes."""
    given, taken = {}, {}
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda m, inputs, output, name=name: given.update({f"{name}.weight": output}))
        elif isinstance(module, nn.BatchNorm2d):
            module.register_forward_pre_hook(lambda m, inputs: taken.update({id(m): inputs[0]}))
    model(torch.randn(2, 3, 32, 32))
    norms = norms_of(model)
    assert given.keys() == prunable_parameters(model, ("fc", "classifier"), ()).keys()
    for name, output in given.items():
        assert taken[id(norms[name])] is output


def test_calibration_takes_a_few_seeded_batches_of_the_examples():
    examples = Examples({"x": torch.arange(100.0)}, torch.arange(100))
    one, again, other = (calibration(through, examples, 10, seed).batches for seed in (1, 1, 2))
    assert len(one) == CALIBRATION_BATCHES
    assert all(torch.equal(batch["x"].long(), labels) and len(labels) == 10 for batch, labels in one)
    assert all(torch.equal(a[1], b[1]) for a, b in zip(one, again, strict=True))
    assert not torch.equal(one[0][1], other[0][1])
    assert len(calibration(through, examples, 64, 1).batches) == 2  # there are no more


@pytest.mark.parametrize("importance", [taylor, wanda])
@pytest.mark.parametrize(("name", "build"), [("distilbert", small_distilbert), ("t5_small", small_t5)])
def test_importances_that_need_data_score_every_prunable_weight_of_a_transformer(importance, name, build):
    model, module = build(), MODULES[name]
    parameters = prunable_parameters(model, module.classifier, ())
    batches = Calibration(module.logits, [(token_batch(), torch.tensor([0, 1, 2]))], 0)
    scores = importance(model, parameters, batches)
    assert scores.keys() == parameters.keys()
    for score_name, score in scores.items():
        assert score.shape == parameters[score_name].shape
        assert torch.isfinite(score).all() and (score >= 0).all()
    assert sum(int((s > 0).sum()) for s in scores.values()) > 0.5 * sum(s.numel() for s in scores.values())
