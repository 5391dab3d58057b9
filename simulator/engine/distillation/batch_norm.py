"""Batch norm's running averages lag behind a training of few steps: they are then estimated anew, for all alike."""

from __future__ import annotations

import torch
from torch import nn
from torch.optim.swa_utils import update_bn

from simulator.engine.datasets.batches import Examples, training_order

EXAMPLES = 512
"""The averages are taken over at most so many training examples."""


def averages_lag(model: nn.Module, steps: int, few_steps: tuple[int, int]) -> bool:
    """Whether a training of so many steps is too short for the running averages that it begins with.

    Args:
        model: Before the training.
        few_steps: Below how many steps the averages lag: where they begin at 0 and 1, and where an earlier training
            left them.
    """
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    new = any(norm.num_batches_tracked == 0 for norm in norms)
    return bool(norms) and steps < few_steps[0 if new else 1]


def estimate_averages(model: nn.Module, examples: Examples, batch_size: int) -> None:
    """Put the means and variances of training examples in the place of the running averages of every batch norm.

    A running average moves a tenth of the way to each batch's mean. After a few steps it still holds much of the 0 and
    the 1 that it began with, and of what earlier weights made of the pictures; through the 52 norms of a MobileNetV2
    that adds up to answers at chance, from a model whose loss has long fallen. Training itself does not use them.

    Source: Wu and Johnson 2021, "Rethinking 'Batch' in BatchNorm", arXiv:2105.07576, section 3 ("precise BN"), carried
    out by PyTorch's ``update_bn`` (Izmailov et al. 2018, arXiv:1803.05407, section 3.2).

    Args:
        model: A CNN, changed in place; its weights are not.
        examples: Of the training split: held-out ones must not decide what is measured on them.
        batch_size: As in training.
    """
    batches = training_order(examples.first(EXAMPLES), batch_size, seed=0, epoch=0)
    with torch.random.fork_rng():  # dropout draws here must not change what is drawn in training
        update_bn((examples.rows(rows)["pixels"] for rows in batches), model)
