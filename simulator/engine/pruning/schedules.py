"""Schedules: when weights are removed. One-shot needs no code of its own; the others are here.

The variants: ``pruned`` is the distilled student pruned to the target at once and not
retrained, whatever the schedule. ``recovered`` is

- one_shot: ``pruned``, fine-tuned;
- iterative: the distilled student, pruned and fine-tuned in rounds;
- cubic: the distilled student, pruned while it is fine-tuned;
- lottery: the student's initial weights under the masks of ``pruned``, trained as long as the distillation;
- lottery_random: the same with the initial weights in random order.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from simulator.catalog.pruning import CUBIC_SHARE, CUBIC_UPDATES
from simulator.engine.datasets.batches import Batch, Examples
from simulator.engine.pruning.importance import calibration
from simulator.engine.pruning.masks import MaskRule, Masks, apply_masks


def after_round(target_sparsity: float, number: int, rounds: int) -> float:
    """The sparsity after a round of iterative pruning: every round leaves the same share of what was left.

    Formula: s_i = 1 - (1 - s)^(i / n)

    Source: Han, Pool, Tran and Dally 2015, "Learning both Weights and Connections for Efficient Neural
    Networks", arXiv:1506.02626, section 3 (iterative pruning); equal shares as in Frankle and Carbin
    2019, arXiv:1803.03635, section 1.

    Args:
        target_sparsity: s, after the last round, 0 to 1.
        number: i, from 1 to ``rounds``.
        rounds: n.
    """
    return float(1 - (1 - target_sparsity) ** (number / rounds))


def cubic(target_sparsity: float, done: float) -> float:
    """The sparsity of gradual pruning: it rises fast while there is much to spare, then ever slower.

    Formula: s_t = s_f + (s_i - s_f) * (1 - (t - t_0) / (n dt))^3, here from s_i = 0 at t_0 = 0

    Source: Zhu and Gupta 2017, "To prune, or not to prune: exploring the efficacy of pruning for model
    compression", arXiv:1710.01878, equation 1.

    Args:
        target_sparsity: s_f, at the end of the rise, 0 to 1.
        done: (t - t_0) / (n dt), the share of the rise that is over, 0 to 1.
    """
    return target_sparsity + (0.0 - target_sparsity) * (1 - done) ** 3


@dataclass(frozen=True)
class CubicMasks:
    """Ranks the weights anew while the student is trained, at the cubic schedule's rising sparsity.

    The rise takes the first three quarters of the steps, with at most ten rankings; then the masks hold.
    Dropped weights stay dropped.

    Attributes:
        rule: Decides the masks.
        logits: From the model and a batch to [batch, classes].
        seed: Decides the calibration.
    """

    rule: MaskRule
    logits: Callable[[nn.Module, Batch], Tensor]
    seed: int

    def __call__(self, model: nn.Module, examples: Examples, masks: Masks, step: int, steps: int) -> Masks:
        """The masks that hold after a step: ``masks``, or new ones if the weights are ranked anew.

        Args:
            examples: The training examples, as the model reads them now.
            step: From 1 to ``steps``.
        """
        rise = max(1, round(steps * CUBIC_SHARE))
        every = -(-rise // CUBIC_UPDATES)
        if step > rise or (step % every and step != rise):
            return masks
        batches = calibration(self.logits, examples, self.rule.config.batch_size, self.seed)
        return self.rule.masks(model, batches, partial(cubic, done=step / rise), masks)


@torch.no_grad()
def rewound(initial: nn.Module, masks: Masks) -> nn.Module:
    """A lottery ticket: a copy of the initial student with the masks of the pruned one.

    Formula: f(x; m * theta_0)

    Source: Frankle and Carbin 2019, "The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural
    Networks", arXiv:1803.03635, section 1.

    Args:
        initial: The student before any training, theta_0.
        masks: m, found on the trained student.
    """
    ticket = copy.deepcopy(initial)
    apply_masks({name: ticket.get_parameter(name) for name in masks}, masks)
    return ticket


@torch.no_grad()
def redrawn(initial: nn.Module, masks: Masks, seed: int) -> nn.Module:
    """The lottery ticket's control: the same masks on initial weights drawn anew.

    Formula: f(x; m * theta_0'), where theta_0' holds each masked tensor's initial values in random order

    So every tensor keeps the distribution of its own initialisation, even if the student starts from
    the teacher's layers; only the places of the values are lost.

    Source: Frankle and Carbin 2019, arXiv:1803.03635, section 2 (random reinitialisation).

    Args:
        initial: The student before any training, theta_0.
        masks: m, found on the trained student.
        seed: Decides the order.
    """
    ticket = copy.deepcopy(initial)
    generator = torch.Generator().manual_seed(seed)
    for name in masks:
        weight = ticket.get_parameter(name)
        order = torch.randperm(weight.numel(), generator=generator).to(weight.device)
        weight.copy_(weight.flatten()[order].view(weight.shape))
    apply_masks({name: ticket.get_parameter(name) for name in masks}, masks)
    return ticket
