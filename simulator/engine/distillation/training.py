"""One training loop for every stage: teacher, control, student, recovery. It yields what happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from simulator.engine.batches import Batch, Examples, by_length, training_order
from simulator.engine.device import autocast, release_memory
from simulator.engine.distillation.losses import Loss, distillation_loss
from simulator.engine.distillation.vocabulary import used_rows_only
from simulator.engine.pruning.masks import Masks, apply_masks
from simulator.events import EpochFinished, Event, LossPoint, Progress, Stage, Variant

LogitsFunction = Callable[[nn.Module, Batch], Tensor]

WARM_UP_SHARE = 0.1
MAX_GRADIENT_NORM = 1.0
EVALUATION_BATCH = 128
SMALLEST_RMS = 1e-3
PROGRESS_SECONDS = 0.25
LOSS_POINTS = 300
"""Between so many and twice as many loss points a stage: more than a chart has pixels for."""


@dataclass(frozen=True)
class TrainingPlan:
    """How one model is trained.

    Attributes:
        learning_rate: The peak; it rises linearly over the first tenth of the steps, then falls to 0.
        temperature, alpha: Of the distillation loss; without effect where there is no teacher.
        relative_steps: Whether a tensor's learning rate is multiplied by its root mean square.
        bfloat16: Whether matrix products run in bfloat16.
    """

    epochs: int
    learning_rate: float
    batch_size: int
    seed: int
    weight_decay: float = 0.01
    temperature: float = 1.0
    alpha: float = 0.0
    relative_steps: bool = False
    bfloat16: bool = False


def train(
    model: nn.Module,
    logits: LogitsFunction,
    examples: Examples,
    validation: Examples,
    plan: TrainingPlan,
    *,
    stage: Stage,
    variant: Variant,
    teacher_logits: Tensor | None = None,
    masks: Masks | None = None,
) -> Iterator[Event]:
    """Train ``model`` in place, yielding loss points, progress and validation accuracies.

    Two calls with equal plans see equal batches and equal dropout: the control and the distilled
    student differ only in ``teacher_logits``.

    Args:
        model: On its device; ``examples`` are there too.
        logits: From the model and a batch to [batch, classes].
        teacher_logits: [examples, classes], the cached soft targets' logits; None trains on labels alone.
        masks: What was pruned: put back after every optimiser step, so that it stays exactly zero.
    """
    scales = tensor_scales(model) if plan.relative_steps else {}
    vocabulary = used_rows_only(model, examples, validation, keep_whole=masks or ())
    with vocabulary as (examples, validation):
        yield from _train(
            model, logits, examples, validation, plan, stage, variant, teacher_logits, masks or {}, scales
        )
    release_memory()


def _train(
    model: nn.Module,
    logits: LogitsFunction,
    examples: Examples,
    validation: Examples,
    plan: TrainingPlan,
    stage: Stage,
    variant: Variant,
    teacher_logits: Tensor | None,
    masks: Masks,
    scales: Mapping[str, float],
) -> Iterator[Event]:
    torch.manual_seed(plan.seed)  # dropout
    device = next(model.parameters()).device
    masked = {name: model.get_parameter(name) for name in masks}
    optimizer = make_optimizer(model, plan, scales)
    epochs = [training_order(examples, plan.batch_size, plan.seed, epoch) for epoch in range(plan.epochs)]
    steps = sum(len(batches) for batches in epochs)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: warm_up_then_decay(step, steps))
    log_every = max(1, steps // LOSS_POINTS)
    step, seen, started, reported = 0, 0, time.perf_counter(), 0.0

    yield EpochFinished(
        variant=variant, epoch=0, validation_accuracy=accuracy(model, logits, validation, plan.bfloat16)
    )
    for epoch, batches in enumerate(epochs):
        model.train()
        for rows in batches:
            # forward: class logits [batch, classes], then the blended loss
            with autocast(device, plan.bfloat16):
                student_logits = logits(model, examples.rows(rows))
            soft_targets = None if teacher_logits is None else teacher_logits[rows]
            loss = distillation_loss(student_logits, examples.labels[rows], soft_targets, plan.temperature, plan.alpha)
            # backward, with the gradient's norm clipped; then what was pruned is put back to zero
            optimizer.zero_grad(set_to_none=True)
            loss.total.backward()
            nn.utils.clip_grad_norm_(model.parameters(), MAX_GRADIENT_NORM)
            optimizer.step()
            apply_masks(masked, masks)
            scheduler.step()
            # report
            step, seen = step + 1, seen + len(rows)
            if step % log_every == 0 or step == steps:
                yield loss_point(loss, variant, step, steps, plan)
            elapsed = time.perf_counter() - started
            if elapsed - reported > PROGRESS_SECONDS or step == steps:
                reported = elapsed
                yield progress(stage, seen, len(examples) * plan.epochs, elapsed)
        reached = accuracy(model, logits, validation, plan.bfloat16)
        yield EpochFinished(variant=variant, epoch=epoch + 1, validation_accuracy=reached)


def tensor_scales(model: nn.Module) -> dict[str, float]:
    """The root mean square of every parameter, at least 0.001 so that zeros can move."""
    return {name: max(SMALLEST_RMS, p.detach().square().mean().sqrt().item()) for name, p in model.named_parameters()}


def make_optimizer(model: nn.Module, plan: TrainingPlan, scales: Mapping[str, float]) -> torch.optim.Optimizer:
    """Fused AdamW (Loshchilov and Hutter 2019); norms, biases and embeddings are not decayed.

    Args:
        scales: Multiplies a parameter's learning rate, by name; 1 where it is not named. With relative
            steps it is the root mean square at the start, after Adafactor (Shazeer and Stern 2018,
            arXiv:1804.04235, section 8).
    """
    embeddings = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    by_kind: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, p in model.named_parameters():
        decay = plan.weight_decay if p.ndim > 1 and id(p) not in embeddings else 0.0
        by_kind.setdefault((plan.learning_rate * scales.get(name, 1.0), decay), []).append(p)
    groups = [{"params": p, "lr": rate, "weight_decay": decay} for (rate, decay), p in by_kind.items()]
    return torch.optim.AdamW(groups, fused=True)


def warm_up_then_decay(step: int, steps: int) -> float:
    """The learning rate as a share of its peak: up linearly over the first tenth, then down to 0."""
    warm_up = max(1, round(steps * WARM_UP_SHARE))
    if step < warm_up:
        return (step + 1) / warm_up
    return max(0.0, (steps - step) / max(1, steps - warm_up))


@torch.no_grad()
def predict(model: nn.Module, logits: LogitsFunction, examples: Examples, bfloat16: bool) -> Tensor:
    """Logits of every example in evaluation mode, [examples, classes], float32, in the examples' order."""
    model.eval()
    device = next(model.parameters()).device
    parts, order = [], []
    for rows in by_length(examples, EVALUATION_BATCH):
        with autocast(device, bfloat16):
            parts.append(logits(model, examples.rows(rows)).float())
        order.append(rows)
    result = torch.cat(parts)
    return torch.empty_like(result).index_copy_(0, torch.cat(order).to(device), result)


def accuracy(model: nn.Module, logits: LogitsFunction, examples: Examples, bfloat16: bool) -> float:
    """The share of examples whose largest logit is at the label."""
    right = predict(model, logits, examples, bfloat16).argmax(1) == examples.labels
    return right.float().mean().item()


def loss_point(loss: Loss, variant: Variant, step: int, steps: int, plan: TrainingPlan) -> LossPoint:
    """A step's losses as plain numbers."""
    return LossPoint(
        variant=variant,
        step=step,
        epoch=step / steps * plan.epochs,
        total=loss.total.item(),
        hard=loss.hard.item(),
        soft=None if loss.soft is None else loss.soft.item(),
        learning_rate=plan.learning_rate * warm_up_then_decay(step - 1, steps),
    )


def progress(stage: Stage, done: int, total: int, elapsed: float) -> Progress:
    """Speed so far, and the time left at that speed."""
    speed = done / elapsed
    return Progress(stage=stage, done=done, total=total, examples_per_second=speed, seconds_left=(total - done) / speed)
