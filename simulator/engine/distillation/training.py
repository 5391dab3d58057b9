"""One training loop for every stage: teacher, control, student, recovery. It yields what happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn

from simulator.engine.datasets.batches import Batch, Examples, by_length
from simulator.engine.distillation.batch_norm import averages_lag, estimate_averages
from simulator.engine.distillation.finite import check_answers, check_step
from simulator.engine.distillation.guidance import Guide, Teaching, guided
from simulator.engine.distillation.losses import LABELS_ONLY, Loss, distillation_loss
from simulator.engine.distillation.plan import Steps, TrainingPlan, steps_of, warm_up_then_decay
from simulator.engine.distillation.vocabulary import used_rows_only
from simulator.engine.host.device import Thrift, autocast, release_memory
from simulator.engine.measure.alone import Pause
from simulator.engine.models.base import Model
from simulator.engine.pruning.masks import Masks, apply_masks
from simulator.events import EpochFinished, Event, LossPoint, Progress, Stage, Variant

LogitsFunction = Callable[[nn.Module, Batch], Tensor]

Remask = Callable[[nn.Module, Examples, Masks, int, int], Masks]
"""From the model, its examples, the masks, the step and the number of steps to the masks that hold from then on."""

MAX_GRADIENT_NORM = 1.0
EVALUATION_BATCH = 64
SMALLEST_RMS = 1e-3
PROGRESS_SECONDS = 0.25
LOSS_POINTS = 300
"""A stage yields this many to twice as many loss points: more than a chart has pixels for."""


@dataclass(frozen=True)
class Training:
    """What one model is trained on, how, and how its events name it.

    Attributes:
        module: Knows the model.
        examples: On the model's device, as ``validation``.
        validation: Answered before the first epoch and after each; None if the training is not validated.
        teaching: What the teacher contributes; None trains on labels alone.
        masks: Applied after every optimiser step, so that pruned weights stay exactly zero.
        remask: Prunes further while the model learns; asked after every step. ``masks`` then names all parameters
            that it may prune.
    """

    module: Model
    examples: Examples
    validation: Examples | None
    plan: TrainingPlan
    stage: Stage
    variant: Variant
    teaching: Teaching | None = None
    masks: Masks = field(default_factory=Masks)
    remask: Remask | None = None

    def logits(self, model: nn.Module, batch: Batch) -> Tensor:
        """Logits [batch, classes], computed the shorter way if the plan allows it."""
        short = self.plan.one_position
        return self.module.answering_logits(model, batch) if short else self.module.logits(model, batch)


def train(model: nn.Module, training: Training) -> Iterator[Event]:
    """Train ``model`` in place, yielding loss points, progress and validation accuracies.

    Two trainings with equal plans see equal batches and equal dropout: the control and the distilled
    student differ only in their teaching.

    Raises:
        NotFinite: if a loss, a gradient or an answer becomes infinite or NaN.
    """
    plan, module, examples = training.plan, training.module, training.examples
    scales = tensor_scales(model) if plan.relative_steps else {}
    splits = (examples,) if training.validation is None else (examples, training.validation)
    vocabulary = used_rows_only(model, *splits, keep_whole=training.masks)
    with (
        vocabulary as (used, *held),
        guided(model, training.teaching, module, used, examples, plan.bfloat16) as guide,
    ):
        renumbered = replace(training, examples=used, validation=held[0] if held else None)
        # the optimiser gets no name here: its moments must be gone when memory is released
        yield from _train(model, renumbered, guide, make_optimizer(model, plan, scales, guide and guide.projection))
    release_memory()


def _train(
    model: nn.Module, training: Training, guide: Guide | None, optimizer: torch.optim.Optimizer
) -> Iterator[Event]:
    plan, masks, steps = training.plan, training.masks, steps_of(training.examples, training.plan)
    torch.manual_seed(plan.seed)  # dropout
    masked = {name: model.get_parameter(name) for name in masks}
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: warm_up_then_decay(step, steps.number))
    lag = averages_lag(model, steps.number, plan.few_steps)
    step, reports, pause, thrift = 0, Reports(training, steps), Pause(), Thrift()

    if training.validation is not None and plan.part[0] == 0:
        yield validated(model, training, 0)
    for epoch, batches in enumerate(steps.epochs):
        model.train()
        for rows in batches:
            pause.between_batches()
            # forward and backward, with the gradient's norm clipped
            loss = loss_of(model, training, guide, rows, (step + 1) / steps.number)
            loss.total.backward()
            rate = plan.learning_rate * warm_up_then_decay(step, steps.number)
            now = (steps.before + step + 1, steps.of_all_parts)
            check_step(loss, clip_gradients(model), training.stage, now, rate, plan.learning_rate)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)  # the next forward pass, and the end, need the memory
            thrift.between_batches()
            step += 1
            # pruned weights are set back to zero
            if training.remask is not None:
                masks = training.remask(model, training.examples, masks, step, steps.number)
            apply_masks(masked, masks)
            scheduler.step()
            yield from reports.after(step, loss, len(rows), rate)
        is_asked = training.validation is not None and batches and steps.before + step == steps.ends[epoch]
        if lag and (is_asked or step == steps.number):
            estimate_averages(model, training.examples, plan.batch_size)
        if is_asked:
            yield validated(model, training, epoch + 1, lag)


def loss_of(model: nn.Module, training: Training, guide: Guide | None, rows: Tensor, done: float) -> Loss:
    """The blended loss of a batch.

    Args:
        guide: None trains on labels alone.
        rows: [batch], the numbers of the examples.
        done: The share of the steps taken so far, this one included.
    """
    examples, plan = training.examples, training.plan
    with autocast(next(model.parameters()).device, plan.bfloat16):
        student_logits = training.logits(model, examples.rows(rows)).float()  # [batch, classes]
    soft = guide.soft(student_logits, rows) if guide else None
    weights = guide.teaching.weights(plan.alpha, done) if guide else LABELS_ONLY
    return distillation_loss(student_logits, examples.labels[rows], soft, weights)


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
    """``clip_grad_norm_`` without the pass that multiplies all gradients by 1 if nothing is clipped.

    Returns:
        The norm of the gradients before they are clipped, a scalar.
    """
    norm = nn.utils.get_total_norm(p.grad for p in model.parameters() if p.grad is not None)
    if norm > MAX_GRADIENT_NORM:
        nn.utils.clip_grads_with_norm_(model.parameters(), MAX_GRADIENT_NORM, norm)
    return norm


@torch.no_grad()
def predict(model: nn.Module, logits: LogitsFunction, examples: Examples, bfloat16: bool) -> Tensor:
    """Logits of every example in evaluation mode, [examples, classes], float32, in the examples' order.

    Raises:
        NotFinite: if one of them is infinite or NaN.
    """
    model.eval()
    device = next(model.parameters()).device
    parts, order, pause = [], [], Pause()
    for rows in by_length(examples, EVALUATION_BATCH):
        pause.between_batches()
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


def validated(model: nn.Module, training: Training, epoch: int, lag: bool = False) -> EpochFinished:
    """The number of validation examples that the model answers correctly after an epoch.

    Args:
        epoch: From 1; 0 means before the training.
        lag: Whether batch norm's averages were estimated anew for it.
    """
    assert training.validation is not None
    reached = accuracy(model, training.logits, training.validation, training.plan.bfloat16)
    return EpochFinished(variant=training.variant, epoch=epoch, validation_accuracy=reached, estimated_averages=lag)


class Reports:
    """The loss points and the progress of a training: not every step is reported."""

    def __init__(self, training: Training, steps: Steps) -> None:
        self.training, self.steps = training, steps
        self.started, self.last, self.seen = time.perf_counter(), 0.0, 0

    def after(self, step: int, loss: Loss, examples: int, learning_rate: float) -> Iterator[Event]:
        """The events to report after a step of this many examples."""
        self.seen += examples
        is_last = step == self.steps.number
        if is_last or step % max(1, self.steps.number // LOSS_POINTS) == 0:
            yield self.loss_point(loss, self.steps.before + step, learning_rate)
        elapsed = time.perf_counter() - self.started
        if is_last or elapsed - self.last > PROGRESS_SECONDS:
            self.last = elapsed
            yield self.progress(elapsed)

    def loss_point(self, loss: Loss, step: int, learning_rate: float) -> LossPoint:
        """A step's losses as plain numbers; ``step`` counts the steps of all parts."""
        return LossPoint(
            variant=self.training.variant,
            step=step,
            epoch=step / self.steps.of_all_parts * self.training.plan.epochs,
            total=loss.total.item(),
            hard=None if loss.hard is None else loss.hard.item(),
            soft=None if loss.soft is None else loss.soft.item(),
            learning_rate=learning_rate,
        )

    def progress(self, elapsed: float) -> Progress:
        """Speed so far, and the time left at that speed."""
        speed, done = self.seen / elapsed, self.steps.seen_before + self.seen
        total = len(self.training.examples) * self.training.plan.epochs
        return Progress(
            stage=self.training.stage,
            done=done,
            total=total,
            examples_per_second=speed,
            seconds_left=(total - done) / speed,
        )
