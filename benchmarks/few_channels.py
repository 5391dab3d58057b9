"""Compare what strongly pruned CNNs compute with the same in double precision, with the kernels of several processors.

    python -m benchmarks.few_channels [--isas AVX2 ...] [--models resnet18 ...] [--batches 4 8 64] ...

Each line is one training step: the largest error of logits or gradients, as a share of the largest value. A kernel
that writes outside its memory ends its process, so every processor, number of threads and model has a process of its
own; the command fails if one of them was ended, or an error is over the tolerance.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import os
import subprocess
import sys

import torch
from torch import Tensor, nn

from simulator.catalog.models import MODELS
from simulator.engine.models import MODULES
from simulator.engine.pruning.channels import prune_channels
from simulator.engine.pruning.importance import Calibration
from simulator.engine.pruning.units import Cut

CLASSES = 10
TOLERANCE = 1e-3
LAYERS = (nn.Conv2d, nn.BatchNorm2d, nn.Linear)
IMAGE_MODELS = [name for name, model in MODELS.items() if model.kind == "image"]


def pruned_student(name: str, width: float, sparsity: float, image_size: int, round_to: int = 1) -> nn.Module:
    """A student of random weights without its least important channels."""
    module = MODULES[name]
    teacher = nn.Module()
    teacher.fc = teacher.classifier = nn.ModuleList([nn.Identity(), nn.Linear(1, CLASSES)])
    teacher.fc.out_features = CLASSES
    student = module.build_student(teacher, width, seed=0)
    example = torch.randn(1, 3, image_size, image_size)
    nothing = Calibration(module.logits, (), seed=0)
    cut = Cut("global", sparsity, "magnitude", round_to)
    prune_channels(student, example, module.classifier, cut, nothing)
    return student


def largest_error(model: nn.Module, pixels: Tensor) -> float:
    """The largest error of a layer in a training step, given that layer's own inputs."""
    calls: list[tuple[nn.Module, Tensor]] = []
    layers = [module for module in model.modules() if isinstance(module, LAYERS)]
    handles = [
        x.register_forward_hook(lambda layer, inputs, _: calls.append((layer, inputs[0].detach()))) for x in layers
    ]
    model.train()(pixels.contiguous(memory_format=torch.channels_last)).logsumexp(1).sum().backward()
    for handle in handles:
        handle.remove()
    return max(error_of(layer, inputs) for layer, inputs in calls)


def error_of(layer: nn.Module, inputs: Tensor) -> float:
    """How far a layer's outputs and gradients are from double precision, as a share of each tensor's largest value.

    Layer by layer, and with a random gradient: if sums of a real one are nearly zero, only rounding errors
    remain, and these also turn the ReLU after a layer on or off.
    """
    exact = copy.deepcopy(layer).double()
    gradient = torch.randn_like(layer(inputs))
    pairs = zip(step(layer, inputs, gradient), step(exact, inputs.double(), gradient.double()), strict=True)
    return max(float((a - b).abs().max() / b.abs().max()) for a, b in pairs)


def step(layer: nn.Module, inputs: Tensor, gradient: Tensor) -> list[Tensor]:
    """A layer's outputs, and its gradients for its inputs and parameters."""
    inputs = inputs.detach().requires_grad_()
    outputs = layer(inputs)
    return [outputs.detach(), *torch.autograd.grad(outputs, [inputs, *layer.parameters()], gradient)]


def check(options: argparse.Namespace) -> bool:
    """Carry out the steps of one model in this process."""
    torch.set_num_threads(options.threads[0])
    (name,), good = options.models, True
    widths = options.widths or MODELS[name].student.values
    for width, sparsity, size, batch in itertools.product(
        widths, options.sparsities, options.image_sizes, options.batches
    ):
        torch.manual_seed(1)
        error = largest_error(pruned_student(name, width, sparsity, size), torch.randn(batch, 3, size, size))
        good &= error < TOLERANCE
        print(f"{name} width {width:g} sparsity {sparsity:g} {size} px batch {batch}: {error:.1e}", flush=True)
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--isas", nargs="+", default=["AVX2", "AVX512_CORE", "ALL"], help="oneDNN's ONEDNN_MAX_CPU_ISA")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--models", nargs="+", default=IMAGE_MODELS, choices=IMAGE_MODELS)
    parser.add_argument("--widths", nargs="+", type=float, help="Default: all of the model's")
    parser.add_argument("--sparsities", nargs="+", type=float, default=[0.8, 0.85, 0.9, 0.95])
    parser.add_argument("--image-sizes", nargs="+", type=int, default=[32, 64])
    parser.add_argument("--batches", nargs="+", type=int, default=[4, 8, 64])
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        sys.exit(not check(options))
    good = True
    for isa, threads, name in itertools.product(options.isas, options.threads, options.models):
        print(f"{isa}, threads {threads}", flush=True)
        capability = {"ATEN_CPU_CAPABILITY": "avx2"} if isa == "AVX2" else {}
        command = [sys.executable, "-m", "benchmarks.few_channels", *sys.argv[1:], "--here", "--models", name]
        command += ["--threads", str(threads)]
        code = subprocess.run(command, env={**os.environ, "ONEDNN_MAX_CPU_ISA": isa, **capability}).returncode
        if code:
            good = False
            print(f"FAILED: {name} ended with {code}", flush=True)
    sys.exit(not good)


if __name__ == "__main__":
    main()
