"""Batch norm's running averages lag behind in a training of few steps: they are then estimated anew in every model."""

from __future__ import annotations

import torch
from torch import nn
from torch.optim.swa_utils import update_bn

from simulator.engine.datasets.batches import Examples, training_order

EXAMPLES = 512
"""The averages are taken over at most this many training examples."""


def averages_lag(model: nn.Module, steps: int, few_steps: tuple[int, int]) -> bool:
    """Whether a training of ``steps`` is too short for the running averages that it begins with.

    Args:
        model: Before the training.
        few_steps: The numbers of steps below which the averages lag: averages that begin at 0 and 1, and averages that
            an earlier training left.
    """
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    new = any(norm.num_batches_tracked == 0 for norm in norms)
    return bool(norms) and steps < few_steps[0 if new else 1]


def estimate_averages(model: nn.Module, examples: Examples, batch_size: int) -> None:
    """Replace the running averages of every batch norm by the means and variances of training examples.

    A running average moves a tenth of the way to each batch's mean. After a few steps it still holds much of the 0 and
    the 1 that it began with, and of activations under earlier weights. Through the 52 norms of a MobileNetV2 these
    errors add up: a model whose loss has long fallen answers at chance. Training itself does not use them.

    Source: Wu and Johnson 2021, "Rethinking 'Batch' in BatchNorm", arXiv:2105.07576, section 3 ("precise BN"), carried
    out by PyTorch's ``update_bn`` (Izmailov et al. 2018, arXiv:1803.05407, section 3.2).

    Args:
        model: A CNN, changed in place; its weights are not.
        examples: Of the training split: held-out examples must not influence what is measured on them.
        batch_size: As in training.
    """
    batches = training_order(examples.first(EXAMPLES), batch_size, seed=0, epoch=0)
    with torch.random.fork_rng():  # the dropout drawn here must not change what is drawn in training
        update_bn((examples.rows(rows)["pixels"] for rows in batches), model)
