"""One training loop for every stage: teacher, control, student, recovery. It yields what happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, chain

import torch
from torch import Tensor, nn

from simulator.engine.datasets.batches import Batch, Examples, by_length, training_order
from simulator.engine.distillation.batch_norm import averages_lag, estimate_averages
from simulator.engine.distillation.finite import check_answers, check_step
from simulator.engine.distillation.guidance import Guide, Teaching, guided
from simulator.engine.distillation.losses import LABELS_ONLY, Loss, distillation_loss
from simulator.engine.distillation.one_position import answering
from simulator.engine.distillation.vocabulary import used_rows_only
from simulator.engine.host.device import autocast, release_memory
from simulator.engine.pruning.masks import Masks, apply_masks
from simulator.events import EpochFinished, Event, LossPoint, Progress, Stage, Variant

LogitsFunction = Callable[[nn.Module, Batch], Tensor]

Remask = Callable[[nn.Module, Examples, Masks, int, int], Masks]
"""From the model, its examples, the masks, the step and the number of steps to the masks that hold from then on."""

WARM_UP_SHARE = 0.1
MAX_GRADIENT_NORM = 1.0
EVALUATION_BATCH = 64
SMALLEST_RMS = 1e-3
PROGRESS_SECONDS = 0.25
LOSS_POINTS = 300
"""Between so many and twice as many loss points a stage: more than a chart has pixels for."""


@dataclass(frozen=True)
class TrainingPlan:
    """How one model is trained.

    Attributes:
        learning_rate: The peak; it rises linearly over the first tenth of the steps, then falls to 0.
        alpha: The soft loss's weight; without effect where there is no teacher.
        relative_steps: Whether a tensor's learning rate is multiplied by its root mean square.
        bfloat16: Whether matrix products run in bfloat16.
        one_position: Whether a text model works out nothing but the position that answers; not where a method
            compares features, which has them at every position. Models that are compared get the same, so that
            they see equal dropout.
        few_steps: Below how many steps batch norm's averages are estimated anew before the model is asked, as for
            :func:`~simulator.engine.distillation.batch_norm.averages_lag`.
        part: (number, of how many): which of so many equal parts of the steps is trained, as one training with its
            own rise and fall of the learning rate; (0, 1) is all of them.
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


def train(
    model: nn.Module,
    logits: LogitsFunction,
    examples: Examples,
    validation: Examples | None,
    plan: TrainingPlan,
    *,
    stage: Stage,
    variant: Variant,
    teaching: Teaching | None = None,
    masks: Masks | None = None,
    remask: Remask | None = None,
) -> Iterator[Event]:
    """Train ``model`` in place, yielding loss points, progress and validation accuracies.

    Two calls with equal plans see equal batches and equal dropout: the control and the distilled
    student differ only in ``teaching``.

    Args:
        model: On its device; ``examples`` are there too.
        logits: From the model and a batch to [batch, classes].
        validation: Answered before the first epoch and after each; None where nobody asks how it went.
        teaching: What the teacher says; None trains on labels alone.
        masks: What was pruned: put back after every optimiser step, so that it stays exactly zero.
        remask: Prunes further while the model learns; asked after every step. ``masks`` then names all parameters
            that it may prune.

    Raises:
        NotFinite: if a loss, a gradient or an answer becomes infinite or NaN.
    """
    scales = tensor_scales(model) if plan.relative_steps else {}
    splits = (examples,) if validation is None else (examples, validation)
    vocabulary = used_rows_only(model, *splits, keep_whole=masks or ())
    with vocabulary as (used, *held), guided(model, teaching, logits, used, examples, plan.bfloat16) as guide:
        optimizer = make_optimizer(model, plan, scales, guide and guide.projection)
        run = answering(logits) if plan.one_position else logits
        held_out = held[0] if held else None
        yield from _train(model, run, used, held_out, plan, stage, variant, guide, masks or {}, remask, optimizer)
    release_memory()


def _train(
    model: nn.Module,
    logits: LogitsFunction,
    examples: Examples,
    validation: Examples | None,
    plan: TrainingPlan,
    stage: Stage,
    variant: Variant,
    guide: Guide | None,
    masks: Masks,
    remask: Remask | None,
    optimizer: torch.optim.Optimizer,
) -> Iterator[Event]:
    torch.manual_seed(plan.seed)  # dropout
    device = next(model.parameters()).device
    masked = {name: model.get_parameter(name) for name in masks}
    whole = [training_order(examples, plan.batch_size, plan.seed, epoch) for epoch in range(plan.epochs)]
    epochs, before = part_of_steps(whole, *plan.part)
    ends, steps = list(accumulate(map(len, whole))), sum(map(len, epochs))
    seen_before = sum(len(rows) for rows in list(chain.from_iterable(whole))[:before])
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: warm_up_then_decay(step, steps))
    log_every, lag = max(1, steps // LOSS_POINTS), averages_lag(model, steps, plan.few_steps)
    step, seen, started, reported = 0, 0, time.perf_counter(), 0.0

    if validation is not None and plan.part[0] == 0:
        start = accuracy(model, logits, validation, plan.bfloat16)
        yield EpochFinished(variant=variant, epoch=0, validation_accuracy=start)
    for epoch, batches in enumerate(epochs):
        model.train()
        for rows in batches:
            # forward: class logits [batch, classes], then the blended loss
            with autocast(device, plan.bfloat16):
                student_logits = logits(model, examples.rows(rows)).float()
            soft = guide.soft(student_logits, rows) if guide else None
            weights = guide.teaching.weights(plan.alpha, (step + 1) / steps) if guide else LABELS_ONLY
            loss = distillation_loss(student_logits, examples.labels[rows], soft, weights)
            # backward, with the gradient's norm clipped; then what was pruned is put back to zero
            optimizer.zero_grad(set_to_none=True)
            loss.total.backward()
            rate = plan.learning_rate * warm_up_then_decay(step, steps)
            now = (before + step + 1, ends[-1])
            check_step(loss, clip_gradients(model), stage, now, rate, plan.learning_rate)
            optimizer.step()
            step, seen = step + 1, seen + len(rows)
            if remask is not None:
                masks = remask(model, examples, masks, step, steps)
            apply_masks(masked, masks)
            scheduler.step()
            # report
            if step % log_every == 0 or step == steps:
                yield loss_point(loss, variant, before + step, (before + step) / ends[-1] * plan.epochs, rate)
            elapsed = time.perf_counter() - started
            if elapsed - reported > PROGRESS_SECONDS or step == steps:
                reported = elapsed
                yield progress(stage, seen, seen_before, len(examples) * plan.epochs, elapsed)
        is_asked = validation is not None and batches and before + step == ends[epoch]
        if lag and (is_asked or step == steps):
            estimate_averages(model, examples, plan.batch_size)
        if is_asked:
            reached = accuracy(model, logits, validation, plan.bfloat16)
            yield EpochFinished(variant=variant, epoch=epoch + 1, validation_accuracy=reached, estimated_averages=lag)


def part_of_steps(whole: list[list[Tensor]], number: int, parts: int) -> tuple[list[list[Tensor]], int]:
    """One of several equal parts of a training's steps, and how many steps come before it.

    Args:
        whole: The batches of every epoch.
        number: Of the part, from 0.

    Returns:
        The part's batches of every epoch (none where it has no part in one), and the steps before it.
    """
    steps = sum(map(len, whole))
    first, end = steps * number // parts, steps * (number + 1) // parts
    starts = [0, *accumulate(map(len, whole))]
    return [batches[max(0, first - s) : max(0, end - s)] for batches, s in zip(whole, starts, strict=False)], first


def tensor_scales(model: nn.Module) -> dict[str, float]:
    """The root mean square of every parameter, at least 0.001 so that zeros can move."""
    return {name: max(SMALLEST_RMS, p.detach().square().mean().sqrt().item()) for name, p in model.named_parameters()}


def make_optimizer(
    model: nn.Module, plan: TrainingPlan, scales: Mapping[str, float], projection: nn.Module | None = None
) -> torch.optim.Optimizer:
    """Fused AdamW (Loshchilov and Hutter 2019); norms, biases and embeddings are not decayed.

    Args:
        scales: Multiplies a parameter's learning rate, by name; 1 where it is not named. With relative
            steps it is the root mean square at the start, after Adafactor (Shazeer and Stern 2018,
            arXiv:1804.04235, section 8).
        projection: Trained beside the model, at the plan's learning rate.
    """
    embeddings = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    by_kind: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, p in model.named_parameters():
        decay = plan.weight_decay if p.ndim > 1 and id(p) not in embeddings else 0.0
        by_kind.setdefault((plan.learning_rate * scales.get(name, 1.0), decay), []).append(p)
    if projection is not None:
        scale = tensor_scales(projection) if plan.relative_steps else {}
        for name, p in projection.named_parameters():
            by_kind.setdefault((plan.learning_rate * scale.get(name, 1.0), plan.weight_decay), []).append(p)
    groups = [{"params": p, "lr": rate, "weight_decay": decay} for (rate, decay), p in by_kind.items()]
    return torch.optim.AdamW(groups, fused=True)


def clip_gradients(model: nn.Module) -> Tensor:
    """``clip_grad_norm_`` without its pass over all gradients that multiplies them by 1 where nothing is clipped.

    Returns:
        The norm of the gradients before they are clipped, a scalar.
    """
    norm = nn.utils.get_total_norm(p.grad for p in model.parameters() if p.grad is not None)
    if norm > MAX_GRADIENT_NORM:
        nn.utils.clip_grads_with_norm_(model.parameters(), MAX_GRADIENT_NORM, norm)
    return norm


def warm_up_then_decay(step: int, steps: int) -> float:
    """The learning rate as a share of its peak: up linearly over the first tenth, then down to 0."""
    warm_up = max(1, round(steps * WARM_UP_SHARE))
    if step < warm_up:
        return (step + 1) / warm_up
    return max(0.0, (steps - step) / max(1, steps - warm_up))


@torch.no_grad()
def predict(model: nn.Module, logits: LogitsFunction, examples: Examples, bfloat16: bool) -> Tensor:
    """Logits of every example in evaluation mode, [examples, classes], float32, in the examples' order.

    Raises:
        NotFinite: if one of them is infinite or NaN.
    """
    model.eval()
    device = next(model.parameters()).device
    parts, order = [], []
    for rows in by_length(examples, EVALUATION_BATCH):
        with autocast(device, bfloat16):
            parts.append(logits(model, examples.rows(rows)).float())
        order.append(rows)
    result = torch.cat(parts)
    check_answers(result)
    return torch.empty_like(result).index_copy_(0, torch.cat(order).to(device), result)


def accuracy(model: nn.Module, logits: LogitsFunction, examples: Examples, bfloat16: bool) -> float:
    """The share of examples whose largest logit is at the label."""
    right = predict(model, logits, examples, bfloat16).argmax(1) == examples.labels
    return right.float().mean().item()


def loss_point(loss: Loss, variant: Variant, step: int, epoch: float, learning_rate: float) -> LossPoint:
    """A step's losses as plain numbers."""
    return LossPoint(
        variant=variant,
        step=step,
        epoch=epoch,
        total=loss.total.item(),
        hard=loss.hard.item(),
        soft=None if loss.soft is None else loss.soft.item(),
        learning_rate=learning_rate,
    )


def progress(stage: Stage, seen: int, seen_before: int, total: int, elapsed: float) -> Progress:
    """Speed so far, and the time left at that speed; ``seen_before`` were seen by the parts before this one."""
    speed, done = seen / elapsed, seen_before + seen
    return Progress(stage=stage, done=done, total=total, examples_per_second=speed, seconds_left=(total - done) / speed)
