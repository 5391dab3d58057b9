"""The missing digit (Hinton, Vinyals and Dean 2015, arXiv:1503.02531, section 3)."""

from __future__ import annotations

from collections.abc import Generator

import torch
from torch import Tensor

from simulator.engine.experiments.bench import Bench, share_right
from simulator.events import Event
from simulator.experiments.missing_digit import CONTROL, MISSING, places


def cells(bench: Bench) -> Generator[Event, None, None]:
    """Train on all digits but one; count how many of that one are recognised, before and after the correction."""
    setup = bench.setup
    # the transfer set: the examples that the student may see, and the teacher's logits [examples, classes]
    examples = setup.train.first(bench.config.base.train_examples)
    seen = examples.labels != MISSING
    transfer, soft = examples.at(seen), bench.teacher_logits[: len(examples)][seen]

    for at, seed in (yield from bench.begin(places(bench.config))):
        config = bench.settings(seed=seed, temperature=at.get("temperature", bench.config.base.temperature))
        plan = bench.plan(config, config.epochs, seed)
        student = bench.train(config, bench.new_student(config), transfer, plan, None if at == CONTROL else soft)
        # the missing class's bias is too low: the paper raises it. How far is decided on validation examples
        bias = best_bias(bench.logits(student, setup.validation), setup.validation.labels)
        before = bench.logits(student, setup.test)
        after = raised(before, bias)
        threes = setup.test.labels == MISSING
        yield from bench.finish(
            (at, seed),
            threes_before=share_right(before[threes], setup.test.labels[threes]),
            threes_after=share_right(after[threes], setup.test.labels[threes]),
            accuracy_before=share_right(before, setup.test.labels),
            accuracy_after=share_right(after, setup.test.labels),
            bias=bias,
            test_threes=int(threes.sum()),
        )


def raised(logits: Tensor, bias: float) -> Tensor:
    """The logits [examples, classes] if the missing class's bias were higher by ``bias``."""
    shift = torch.zeros_like(logits[0])
    shift[MISSING] = bias
    return logits + shift


def best_bias(logits: Tensor, labels: Tensor) -> float:
    """The smallest rise of the missing class's bias with which the most examples are answered correctly.

    The count of right answers changes only where the missing class overtakes the best other one, so only the midpoints
    between those points need to be tried.

    Args:
        logits: [examples, classes], of validation examples.
        labels: [examples].
    """
    others = logits.clone()
    others[:, MISSING] = -torch.inf
    points = (others.max(1).values - logits[:, MISSING]).clamp(min=0).unique()  # sorted
    middles = torch.cat([points.new_zeros(1), (points[1:] + points[:-1]) / 2, points[-1:] + 1])
    right = [share_right(raised(logits, bias.item()), labels) for bias in middles]
    return middles[right.index(max(right))].item()
