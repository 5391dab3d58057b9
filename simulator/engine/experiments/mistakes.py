"""Things that go wrong. The mistakes are made here and nowhere else: no setting of a run can cause them.

The right way is carried out by the same code as a run. Masks are not held if they are not passed to the training. The
other two mistakes of training are made in :func:`plain_training`, a loop that does the same as the run's and takes the
soft loss as an argument (a test checks that both give equal weights if nothing is wrong).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator
from itertools import groupby

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from simulator.config.run import RunConfig
from simulator.engine.datasets.batches import Examples, training_order
from simulator.engine.distillation.batch_norm import averages_lag, estimate_averages
from simulator.engine.distillation.finite import check_step
from simulator.engine.distillation.losses import LossWeights, distillation_loss, soft_loss
from simulator.engine.distillation.plan import TrainingPlan, warm_up_then_decay
from simulator.engine.distillation.training import (
    MAX_GRADIENT_NORM,
    make_optimizer,
    tensor_scales,
)
from simulator.engine.experiments.bench import Bench, zeros_and_rest
from simulator.engine.host.device import autocast
from simulator.engine.stages.student import student_examples
from simulator.events import Event
from simulator.experiments.mistakes import CLASSIFIER, HOT, MASKS, OF_PRUNING, RIGHT, T_SQUARED, TOO_HOT, places

SoftLoss = Callable[[Tensor, Tensor], Tensor]
"""From the student's logits [batch, classes] and the rows [batch] of the examples to a scalar."""


def cells(bench: Bench) -> Generator[Event, None, None]:
    """Right and wrong, from equal initial weights and batches; what several pairs share is made once for each seed."""
    test = bench.setup.test
    for seed, group in groupby((yield from bench.begin(places(bench.config))), key=lambda place: place[1]):
        config = bench.settings(seed=seed)
        distilled = yield from bench.distil(config)
        pruned, masks = bench.prune(config, distilled)
        recovered = bench.recover(config, pruned, masks)
        for place in group:
            mistake, right = str(place[0]["mistake"]), place[0]["done"] == RIGHT
            extra: dict[str, float] = {}
            if mistake in OF_PRUNING:
                cut, student = (
                    (pruned, recovered) if right else wrongly_pruned(bench, config, mistake, distilled, pruned)
                )
                extra["pruned"] = bench.accuracy(cut, test)
            else:
                student = distilled if right else (yield from wrongly_taught(bench, config, mistake))
            zeros, _ = zeros_and_rest(student)
            yield from bench.finish(place, accuracy=bench.accuracy(student, test), zeros=zeros, **extra)


def wrongly_pruned(
    bench: Bench, config: RunConfig, mistake: str, distilled: nn.Module, pruned: nn.Module
) -> tuple[nn.Module, nn.Module]:
    """A student just pruned, and the same recovered, with one of the mistakes."""
    if mistake == MASKS:
        return pruned, bench.recover(config, pruned, None)  # nothing puts the pruned weights back to zero
    assert mistake == CLASSIFIER
    with_it = bench.settings(seed=config.seed, also_prune=("classifier",))
    cut, masks = bench.prune(with_it, distilled)
    return cut, bench.recover(with_it, cut, masks)


def wrongly_taught(bench: Bench, config: RunConfig, mistake: str) -> Generator[Event, None, nn.Module]:
    """A student distilled with one of the mistakes."""
    if mistake == TOO_HOT:
        return (yield from bench.distil(bench.settings(seed=config.seed, **HOT)))
    examples = student_examples(bench.with_config(config))
    forget = without_t_squared(bench.teacher_logits, config.temperature)
    soft = forget if mistake == T_SQUARED else teacher_in_training_mode(bench, examples, config)
    plan = bench.plan(config, config.epochs, config.seed)
    return plain_training(bench, bench.new_student(config), examples, plan, soft)


def without_t_squared(teacher_logits: Tensor, temperature: float) -> SoftLoss:
    """Wrong: KL(softmax(z_t / T) || softmax(z_s / T)) alone, whose gradient shrinks as 1 / T^2.

    Args:
        teacher_logits: [examples, classes].
        temperature: T.
    """

    def soft(student_logits: Tensor, rows: Tensor) -> Tensor:
        student = F.log_softmax(student_logits / temperature, dim=-1)
        teacher = F.log_softmax(teacher_logits[rows] / temperature, dim=-1)
        return F.kl_div(student, teacher, reduction="batchmean", log_target=True)

    return soft


def teacher_in_training_mode(bench: Bench, examples: Examples, config: RunConfig) -> SoftLoss:
    """Wrong: the teacher answers every batch in training mode, with dropout and with batch norm over the batch."""
    teacher = copy.deepcopy(bench.teacher).train()
    run, bfloat16 = bench.setup.module.logits, bench.setup.bfloat16

    def soft(student_logits: Tensor, rows: Tensor) -> Tensor:
        with torch.no_grad(), autocast(student_logits.device, bfloat16):
            teacher_logits = run(teacher, examples.rows(rows)).float()
        return soft_loss(student_logits, teacher_logits, config.temperature)

    return soft


def plain_training(
    bench: Bench, initial: nn.Module, examples: Examples, plan: TrainingPlan, soft: SoftLoss
) -> nn.Module:
    """A trained copy of a student: the steps of ``engine/distillation/training.py`` and nothing around them."""
    student, run = copy.deepcopy(initial), bench.setup.module.logits
    device = next(student.parameters()).device
    optimizer = make_optimizer(student, plan, tensor_scales(student) if plan.relative_steps else {})
    epochs = [training_order(examples, plan.batch_size, plan.seed, epoch) for epoch in range(plan.epochs)]
    steps = sum(map(len, epochs))
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: warm_up_then_decay(step, steps))
    weights, lag = LossWeights(plan.alpha, 1 - plan.alpha), averages_lag(student, steps, plan.few_steps)
    torch.manual_seed(plan.seed)  # dropout
    student.train()
    for step, rows in enumerate((rows for batches in epochs for rows in batches), 1):
        with autocast(device, plan.bfloat16):
            student_logits = run(student, examples.rows(rows)).float()
        loss = distillation_loss(student_logits, examples.labels[rows], soft(student_logits, rows), weights)
        optimizer.zero_grad(set_to_none=True)
        loss.total.backward()
        norm = nn.utils.clip_grad_norm_(student.parameters(), MAX_GRADIENT_NORM)
        rate = plan.learning_rate * warm_up_then_decay(step - 1, steps)
        check_step(loss, norm, "experiment", (step, steps), rate, plan.learning_rate)
        optimizer.step()
        scheduler.step()
    if lag:  # as in the right training: otherwise the mistake would be blamed for it
        estimate_averages(student, examples, plan.batch_size)
    return student
