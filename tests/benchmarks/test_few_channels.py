"""Layers beside double precision: exact ones pass, a wrong one is found."""

from __future__ import annotations

import argparse
import copy

import pytest
import torch
from torch import Tensor, nn

from benchmarks import few_channels
from benchmarks.few_channels import TOLERANCE, error_of, largest_error, pruned_student


class TooLarge(nn.Linear):
    """Answers one per cent too much in single precision only, as a faulty kernel does."""

    def forward(self, inputs: Tensor) -> Tensor:
        return super().forward(inputs) * (1.01 if inputs.dtype == torch.float32 else 1.0)


def test_an_error_is_a_share_of_the_largest_value() -> None:
    torch.manual_seed(0)
    right, wrong, inputs = nn.Linear(3, 4), TooLarge(3, 4), torch.randn(2, 3)
    assert error_of(right, inputs) < 1e-6
    assert error_of(wrong, inputs) == pytest.approx(0.01, abs=1e-5)


def test_gradients_are_of_the_inputs_and_of_every_parameter() -> None:
    layer, inputs, gradient = nn.Linear(3, 4), torch.randn(2, 3), torch.randn(2, 4)
    outputs, *gradients = few_channels.step(layer, inputs, gradient)
    expected = [gradient @ layer.weight, gradient.T @ inputs, gradient.sum(0)]
    torch.testing.assert_close(outputs, inputs @ layer.weight.T + layer.bias)
    torch.testing.assert_close(gradients, expected)


def test_one_wrong_layer_among_right_ones_is_found() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(72, 4))
    broken = copy.deepcopy(model)
    broken[-1] = TooLarge(72, 4)
    pixels = torch.randn(4, 3, 8, 8)
    assert largest_error(model, pixels) < TOLERANCE < largest_error(broken, pixels)


def test_a_pruned_student_keeps_a_multiple_of_the_channels() -> None:
    whole, pruned, rounded = (pruned_student("resnet18", 0.25, *cut) for cut in ((0.0, 32), (0.6, 32), (0.6, 32, 8)))
    widths = [
        [layer.out_channels for layer in model.modules() if isinstance(layer, nn.Conv2d)]
        for model in (whole, pruned, rounded)
    ]
    assert sum(widths[1]) == pytest.approx(0.4 * sum(widths[0]), rel=0.15)
    assert widths[1] != widths[2] and all(width % 8 == 0 for width in widths[2])


def test_an_error_over_the_tolerance_fails_the_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = argparse.Namespace(
        threads=[1], models=["resnet18"], widths=[0.25], sparsities=[0.9], image_sizes=[32], batches=[2]
    )
    threads = torch.get_num_threads()
    assert few_channels.check(options)
    assert capsys.readouterr().out.startswith("resnet18 width 0.25 sparsity 0.9 32 px batch 2: ")
    monkeypatch.setattr(few_channels, "TOLERANCE", 0.0)
    assert not few_channels.check(options)
    torch.set_num_threads(threads)
