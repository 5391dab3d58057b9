"""How a model is trained: its plan, and the steps into which the plan divides the examples."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, chain

from torch import Tensor

from simulator.engine.datasets.batches import Examples, training_order

WARM_UP_SHARE = 0.1


@dataclass(frozen=True)
class TrainingPlan:
    """How one model is trained.

    Attributes:
        learning_rate: The peak; it rises linearly over the first tenth of the steps, then falls to 0.
        alpha: The soft loss's weight; it has no effect without a teacher.
        relative_steps: Whether a tensor's learning rate is multiplied by its root mean square.
        bfloat16: Whether matrix products run in bfloat16.
        one_position: Whether a text model computes only the position that answers; False for methods that compare
            features, which need every position. Models that are compared get the same value, so that they see
            equal dropout.
        few_steps: The numbers of steps below which batch norm's averages are estimated anew before the model answers;
            see :func:`~simulator.engine.distillation.batch_norm.averages_lag`.
        part: (number, count): which of ``count`` equal parts of the steps is trained, as a training with its own rise
            and fall of the learning rate; (0, 1) is all of them.
    """

    epochs: int
    learning_rate: float
    batch_size: int
    seed: int
    weight_decay: float = 0.01
    alpha: float = 0.0
    relative_steps: bool = False
    bfloat16: bool = False
    one_position: bool = False
    few_steps: tuple[int, int] = (0, 0)
    part: tuple[int, int] = (0, 1)


@dataclass(frozen=True)
class Steps:
    """The optimiser steps of one part of a training; the whole training also counts as one part.

    Attributes:
        epochs: The rows of every batch of this part, by epoch; empty for epochs outside it.
        ends: After how many steps of all parts together each epoch ends.
        before: Steps of the parts before this one.
        seen_before: Examples of the parts before this one; an example counts once an epoch.
    """

    epochs: list[list[Tensor]]
    ends: list[int]
    before: int
    seen_before: int

    @property
    def number(self) -> int:
        """The number of steps of this part."""
        return sum(map(len, self.epochs))

    @property
    def of_all_parts(self) -> int:
        """The number of steps of all parts together."""
        return self.ends[-1]


def steps_of(examples: Examples, plan: TrainingPlan) -> Steps:
    """The steps of the plan's part; its seed decides the order of the examples."""
    whole = [training_order(examples, plan.batch_size, plan.seed, epoch) for epoch in range(plan.epochs)]
    epochs, before = part_of_steps(whole, *plan.part)
    seen_before = sum(len(rows) for rows in list(chain.from_iterable(whole))[:before])
    return Steps(epochs, list(accumulate(map(len, whole))), before, seen_before)


def part_of_steps(whole: list[list[Tensor]], number: int, parts: int) -> tuple[list[list[Tensor]], int]:
    """One of several equal parts of a training's steps, and the number of steps before it.

    Args:
        whole: The batches of every epoch.
        number: Of the part, from 0.

    Returns:
        The part's batches of every epoch (none for epochs outside it), and the number of steps before it.
    """
    steps = sum(map(len, whole))
    first, end = steps * number // parts, steps * (number + 1) // parts
    starts = [0, *accumulate(map(len, whole))]
    return [batches[max(0, first - s) : max(0, end - s)] for batches, s in zip(whole, starts, strict=False)], first


def warm_up_then_decay(step: int, steps: int) -> float:
    """The learning rate as a share of its peak: up linearly over the first tenth, then down to 0."""
    warm_up = max(1, round(steps * WARM_UP_SHARE))
    if step < warm_up:
        return (step + 1) / warm_up
    return max(0.0, (steps - step) / max(1, steps - warm_up))
