"""Importance: the score by which weights are ranked. The smallest go first.

Every importance is one function from a model, the parameters to score and a calibration to scores of
the parameters' shapes, all 0 or more. How the scores of a channel's, a head's or a neuron's weights
become one score: see :mod:`simulator.engine.pruning.channels` and :mod:`simulator.engine.pruning.heads`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from simulator.catalog.pruning import CALIBRATION_BATCHES
from simulator.engine.datasets.batches import Batch, Examples, training_order

Parameters = Mapping[str, nn.Parameter]
"""Parameter name -> parameter to score."""

Scores = dict[str, Tensor]
"""Parameter name -> scores of the parameter's shape, 0 or more; the smallest go first."""


EXAMPLES_AT_ONCE = 16
"""The number of pictures whose patches, as a convolution sees them, are laid out at a time."""


@dataclass(frozen=True)
class Calibration:
    """The data that an importance may use besides the weights.

    Attributes:
        logits: From the model and a batch to [batch, classes].
        batches: Inputs and labels [batch] of a few training examples.
        seed: Decides the random importance.
        remembered: The scores of the first model, for copies of it that are pruned in other shares; None scores every
            model anew.
    """

    logits: Callable[[nn.Module, Batch], Tensor]
    batches: Sequence[tuple[Batch, Tensor]]
    seed: int
    remembered: Scores | None = None


def calibration(
    logits: Callable[[nn.Module, Batch], Tensor], examples: Examples, batch_size: int, seed: int
) -> Calibration:
    """The first few batches of a seeded order of the training examples that have a label.

    Args:
        examples: The student's training examples; held-out examples must not decide what is pruned.
        seed: Decides the order, and the random importance.
    """
    labelled = examples.labelled()
    rows = training_order(labelled, batch_size, seed, epoch=0)[:CALIBRATION_BATCHES]
    return Calibration(logits, [(labelled.rows(r), labelled.labels[r]) for r in rows], seed)


def magnitude(model: nn.Module, parameters: Parameters, calibration: Calibration) -> Scores:
    """The absolute value of every weight.

    Formula: score = |w|

    Source: Han, Pool, Tran and Dally 2015, "Learning both Weights and Connections for Efficient
    Neural Networks", arXiv:1506.02626.

    Args:
        model: Not looked at.
        parameters: What is scored; the scores have their shapes.
        calibration: Not looked at.
    """
    return {name: p.detach().abs() for name, p in parameters.items()}


def random(model: nn.Module, parameters: Parameters, calibration: Calibration) -> Scores:
    """A number between 0 and 1 drawn for every weight: the control of all other importances.

    Formula: score ~ Uniform(0, 1)

    Source: the baseline of Blalock, Gonzalez Ortiz, Frankle and Guttag 2020, "What is the State of
    Neural Network Pruning?", arXiv:2003.03033.

    Args:
        model: Not looked at.
        parameters: What is scored; the scores have their shapes.
        calibration: Its seed decides the numbers, and nothing else does.
    """
    generator = torch.Generator().manual_seed(calibration.seed)
    return {name: torch.rand(p.shape, generator=generator).to(p.device) for name, p in parameters.items()}


def taylor(model: nn.Module, parameters: Parameters, calibration: Calibration) -> Scores:
    """How much the loss would change without the weight, to first order.

    Formula: score = sqrt(sum over batches of (w * dL/dw)^2), with L the cross-entropy with the labels.
    The root changes no ranking of weights, and the squares of a channel's or head's scores add up
    to the paper's importance of a group of weights.

    Source: Molchanov, Mallya, Tyree, Frosio and Kautz 2019, "Importance Estimation for Neural
    Network Pruning", arXiv:1906.10771, section 3.

    Args:
        model: Run in evaluation mode, forward and backward, on every batch of the calibration.
        parameters: What is scored; the scores have their shapes.
        calibration: Its batches give the gradients.
    """
    squares = {name: torch.zeros_like(p) for name, p in parameters.items()}
    with evaluating(model), torch.enable_grad():
        for batch, labels in calibration.batches:
            loss = F.cross_entropy(calibration.logits(model, batch), labels)
            gradients = torch.autograd.grad(loss, list(parameters.values()))
            for (name, p), gradient in zip(parameters.items(), gradients, strict=True):
                squares[name] += (p.detach() * gradient).square()
    return {name: square.sqrt() for name, square in squares.items()}


def wanda(model: nn.Module, parameters: Parameters, calibration: Calibration) -> Scores:
    """The absolute value of the weight times the size of the input that it multiplies.

    Formula: score[i, j] = |W[i, j]| * ||X[:, j]||_2 / sqrt(rows of X), with X the layer's inputs on the
    calibration, [rows, in]: a row for each example, token or (in a convolution, [out, in * kh * kw]) position.
    The root of the rows is one number per layer: it changes no ranking within a layer, and keeps a global
    ranking from favouring layers that see more positions.

    The paper compares weights within an output row, and so do layer-wise and by-hand ranking here
    (:func:`rank_within_rows`); a global ranking compares all. Padding of a batch's shorter texts counts as input.

    Source: Sun, Liu, Bair and Kolter 2023, "A Simple and Effective Pruning Approach for Large
    Language Models", arXiv:2306.11695, equation 1.

    Args:
        model: Run in evaluation mode, forward only, on every batch of the calibration.
        parameters: Weights of linear layers [out, in] and convolutions [out, in, kh, kw]; the scores have
            their shapes.
        calibration: Its batches give the inputs.
    """
    squares: dict[str, Tensor] = {}
    rows: dict[str, int] = {}

    def watch(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def add(layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            square, count = input_squares(layer, inputs[0])
            squares[name] = squares.get(name, 0) + square
            rows[name] = rows.get(name, 0) + count

        return add

    with evaluating(model), torch.no_grad(), ExitStack() as watches:
        for name in parameters:
            layer = model.get_submodule(name.removesuffix(".weight"))
            watches.callback(layer.register_forward_pre_hook(watch(name)).remove)
        for batch, _ in calibration.batches:
            calibration.logits(model, batch)
    return {name: p.detach().abs() * (squares[name] / rows[name]).sqrt() for name, p in parameters.items()}


def batchnorm_scale(model: nn.Module, parameters: Parameters, calibration: Calibration) -> Scores:
    """The absolute value of the factor by which batch normalisation multiplies a channel.

    Formula: score = |gamma| of a channel; of a single weight |w| * |gamma| of the channel that it helps to make,
    the size that counts once the norm has scaled it (the paper prunes whole channels only)

    The paper trains with an L1 penalty on gamma before it prunes; the student here is pruned as it is.

    Source: Liu, Li, Shen, Huang, Yan and Zhang 2017, "Learning Efficient Convolutional Networks
    through Network Slimming", arXiv:1708.06519, section 3.

    Args:
        model: A CNN in which a BatchNorm2d follows every convolution.
        parameters: Weights of BatchNorm2d layers, [channels], and of convolutions, [out, in, kh, kw]; no others.
        calibration: Not looked at.
    """
    scales = {name: norm.weight.detach().abs() for name, norm in norms_of(model).items() if name in parameters}
    return {
        name: scale if parameters[name].ndim == 1 else parameters[name].detach().abs() * scale[:, None, None, None]
        for name, scale in scales.items()
    }


ImportanceFunction = Callable[[nn.Module, Parameters, Calibration], Scores]

IMPORTANCES: dict[str, ImportanceFunction] = {
    f.__name__: f for f in (magnitude, random, taylor, wanda, batchnorm_scale)
}


def scores_of(importance: str, model: nn.Module, parameters: Parameters, calibration: Calibration) -> Scores:
    """The scores by the importance of that name; where the calibration remembers them, its first model's."""
    if calibration.remembered:
        return dict(calibration.remembered)
    scores = IMPORTANCES[importance](model, parameters, calibration)
    if calibration.remembered is not None:
        calibration.remembered.update(scores)
    return scores


def norms_of(model: nn.Module) -> dict[str, nn.BatchNorm2d]:
    """The batch norm that scales each weight, by name: a norm's own, and for a convolution the one defined after it."""
    found: dict[str, nn.BatchNorm2d] = {}
    convolution = ""
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            convolution = name
        elif isinstance(module, nn.BatchNorm2d):
            found |= {f"{convolution}.weight": module, f"{name}.weight": module}
    return found


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """A context with the model in evaluation mode: no dropout is drawn, no running mean moves."""
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)


def input_squares(layer: nn.Module, inputs: Tensor) -> tuple[Tensor, int]:
    """The sum of squares of every input that a weight multiplies, and the number of rows that were summed.

    Args:
        layer: A linear layer or a convolution.
        inputs: [..., in], or [batch, channels, height, width].

    Returns:
        The sums, in a shape that broadcasts to the layer's weight: [in] or [out, in / groups, kh, kw]; and the rows.
    """
    if isinstance(layer, nn.Linear):
        flat = inputs.flatten(0, -2)
        return flat.square().sum(0), len(flat)
    squares, positions = torch.zeros(layer.weight[0].numel() * layer.groups, device=inputs.device), 0
    for few in inputs.square().split(EXAMPLES_AT_ONCE):  # a patch for every position: kh * kw times the input
        patches = F.unfold(few, layer.kernel_size, layer.dilation, layer.padding, layer.stride)
        squares += patches.sum((0, 2))  # [in * kh * kw]
        positions += len(patches) * patches.shape[2]
    sums = squares.view(layer.groups, *layer.weight.shape[1:])  # [groups, in / groups, kh, kw]
    return sums.repeat_interleave(layer.out_channels // layer.groups, 0), positions


def rank_within_rows(scores: Tensor) -> Tensor:
    """Every score's place within its output row, 0 for the smallest.

    Ranked by these places, a layer loses the same number of weights in every row, give or take one.

    Args:
        scores: [out, ...].
    """
    return scores.flatten(1).argsort(dim=1, stable=True).argsort(dim=1).float().view(scores.shape)
