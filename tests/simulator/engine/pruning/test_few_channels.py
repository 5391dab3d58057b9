"""Students with very few channels compute what they should, with the kernels of every processor.

A kernel that writes outside its memory ends its process, so each check has a process of its own; oneDNN takes the
kernels of an older processor when it is told to.
"""

import os
import subprocess
import sys

import pytest
import torch
from torch import nn

from simulator.engine.models.resnet18.structure import StridedPointwise


@pytest.mark.parametrize(("isa", "image_size", "threads"), [("AVX2", 32, 1), ("AVX512_CORE", 256, 2)])
def test_a_pruned_resnets_gradients_are_those_of_double_precision(isa, image_size, threads):
    """With AVX2 this was a double free or a segmentation fault; with AVX-512 it takes larger pictures."""
    arguments = f"--here --models resnet18 --widths 0.5 --sparsities 0.95 --batches 4 --image-sizes {image_size}"
    command = [sys.executable, "-m", "benchmarks.few_channels", *arguments.split(), "--threads", str(threads)]
    ended = subprocess.run(command, env={**os.environ, "ONEDNN_MAX_CPU_ISA": isa}, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("size", [8, 7])
def test_training_without_the_stride_is_the_same(size):
    """Here with 64 channels, with which the strided kernel is sound."""
    torch.manual_seed(0)
    strided = nn.Conv2d(64, 32, 1, stride=2, bias=False).to(memory_format=torch.channels_last)
    layer = StridedPointwise(strided)
    pixels = torch.randn(4, 64, size, size).contiguous(memory_format=torch.channels_last).requires_grad_()
    gradient = torch.randn_like(strided(pixels))
    results = [
        (outputs, *torch.autograd.grad(outputs, [pixels, strided.weight], gradient))
        for outputs in (strided(pixels), layer(pixels))
    ]
    torch.testing.assert_close(*results)
    with torch.no_grad():
        assert torch.equal(layer(pixels), strided(pixels))
