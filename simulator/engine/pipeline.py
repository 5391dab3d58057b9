"""One run, from top to bottom: teacher, control, student, pruning, recovery, measurement.

A run is a generator of events. It can be consumed inline (tests, command line) or in a worker
process (the app); either way it does the same.
"""

from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

from torch import Tensor, nn

from simulator.config import RunConfig
from simulator.engine import teacher as teacher_room
from simulator.engine.batches import Examples
from simulator.engine.distillation.training import TrainingPlan, predict, train
from simulator.engine.export import export
from simulator.engine.lesson import write_lesson
from simulator.engine.measure.memory import PeakMemory
from simulator.engine.measure.variant import measure_variant
from simulator.engine.pruning.channels import prune_channels
from simulator.engine.pruning.heads import prune_transformer
from simulator.engine.pruning.masks import Masks, prune_unstructured
from simulator.engine.setup import Setup, prepare, provenance
from simulator.events import (
    Described,
    Event,
    Measured,
    Progress,
    RunFinished,
    Stage,
    StageFinished,
    StageStarted,
    Variant,
)

T = TypeVar("T")


def run(config: RunConfig, export_to: Path | None = None, export_all: bool = False) -> Iterator[Event]:
    """Carry out a run, yielding what happens.

    Args:
        config: Decides everything.
        export_to: A folder for the final student (model.safetensors, config.json, README.md,
            load.py and the tokenizer) and the lesson; None keeps nothing.
        export_all: Write every variant there, each in a folder of its name.

    Raises:
        NotAvailable: if weights or data that were asked for cannot be had.
    """
    started = time.perf_counter()
    with PeakMemory() as whole:
        # prepare: weights, data, tokenizer, tensors
        setup, preparing = yield from staged("prepare", "Loading weights and data", preparation(config))
        yield Described(provenance=provenance(setup), class_names=setup.dataset.class_names)

        # teacher: trained on the labels, or taken from the cache, with its logits for every training example
        peaks: dict[Variant, float] = {}
        (teacher, logits), peaks["teacher"] = yield from staged(
            "teacher", teacher_room.note(setup), teacher_room.provide(setup)
        )
        variants: dict[Variant, nn.Module] = {"teacher": teacher}
        teacher_logits = logits[: config.train_examples]  # [examples, classes]

        # control: the student without the teacher. Same initial weights, batches, steps and seed as the next
        initial = setup.module.build_student(teacher, config.student_size, config.seed).to(setup.device)
        lessons = plan(setup, config.epochs, config.seed)
        variants["control"], peaks["control"] = yield from staged(
            "control",
            "Training the student without the teacher, to compare",
            learn(setup, initial, "control", "control", lessons, None),
        )
        # distil: the same student, with the teacher's soft targets
        variants["distilled"], peaks["distilled"] = yield from staged(
            "distil",
            "The teacher teaches the student",
            learn(setup, initial, "distil", "distilled", lessons, teacher_logits),
        )
        # prune: the distilled student loses weights or channels, and is not retrained yet
        (variants["pruned"], masks), peaks["pruned"] = yield from staged(
            "prune", "Removing the least important", pruning(setup, variants["distilled"])
        )
        # recover: fine-tuned; masks hold
        if config.recovery_epochs:
            soft = teacher_logits if config.recovery_with_teacher else None
            again = plan(setup, config.recovery_epochs, config.seed + 1)  # other batches than the distillation saw
            variants["recovered"], peaks["recovered"] = yield from staged(
                "recover",
                "Fine-tuning what is left",
                learn(setup, variants["pruned"], "recover", "recovered", again, soft, masks),
            )
        # measure: every variant the same way, on the same held-out examples
        _, measuring = yield from staged(
            "measure", "Measuring every variant", measurement(setup, variants, peaks, export_to, export_all)
        )
    # the stages' own watches look at other moments, and may have seen more
    peak = max(whole.mb, preparing, measuring, *peaks.values())
    yield RunFinished(seconds=time.perf_counter() - started, peak_memory_mb=peak)


def prepare_teacher(config: RunConfig) -> Iterator[Event]:
    """Only the first two stages: train and cache the teacher, ahead of a class."""
    setup, _ = yield from staged("prepare", "Loading weights and data", preparation(config))
    yield Described(provenance=provenance(setup), class_names=setup.dataset.class_names)
    yield from staged("teacher", teacher_room.note(setup), teacher_room.provide(setup))


def staged(stage: Stage, note: str, body: Generator[Event, None, T]) -> Generator[Event, None, tuple[T, float]]:
    """A stage's events between its start and its end; gives the body's result and the peak memory in MiB."""
    started, examples = time.perf_counter(), 0
    yield StageStarted(stage=stage, note=note)
    with PeakMemory() as memory:
        while True:
            try:
                event = next(body)
            except StopIteration as end:
                result: T = end.value
                break
            if isinstance(event, Progress) and event.examples_per_second:  # a training says its speed
                examples = max(examples, event.done)
            yield event
    yield StageFinished(stage=stage, seconds=time.perf_counter() - started, peak_memory_mb=memory.mb, examples=examples)
    return result, memory.mb


def preparation(config: RunConfig) -> Generator[Event, None, Setup]:
    """Everything that must be there before a model is trained."""
    yield Progress(stage="prepare", done=0, total=1)
    setup = prepare(config)
    yield Progress(stage="prepare", done=1, total=1)
    return setup


def student_examples(setup: Setup) -> Examples:
    """The training examples of the student: the first of the teacher's."""
    return setup.train.first(setup.config.train_examples)


def learn(
    setup: Setup,
    initial: nn.Module,
    stage: Stage,
    variant: Variant,
    plan: TrainingPlan,
    teacher_logits: Tensor | None,
    masks: Masks | None = None,
) -> Generator[Event, None, nn.Module]:
    """Train a copy of a student, with or without the teacher's logits [examples, classes].

    What ``masks`` dropped stays exactly zero.
    """
    student = copy.deepcopy(initial)
    yield from train(
        student,
        setup.module.logits,
        student_examples(setup),
        setup.validation,
        plan,
        stage=stage,
        variant=variant,
        teacher_logits=teacher_logits,
        masks=masks,
    )
    return student


def pruning(setup: Setup, distilled: nn.Module) -> Generator[Event, None, tuple[nn.Module, Masks]]:
    """Prune a copy of the distilled student; gives it and the masks (none where it got smaller)."""
    config, classifier = setup.config, setup.module.CLASSIFIER
    yield Progress(stage="prune", done=0, total=1)
    pruned, masks = copy.deepcopy(distilled), Masks()
    if config.pruning == "unstructured":
        masks = prune_unstructured(pruned, classifier, config.scope, config.target_sparsity, config.also_prune)
    elif setup.model.kind == "image":
        example = setup.test.inputs["pixels"][:1]
        prune_channels(pruned, example, classifier, config.scope, config.target_sparsity)
    else:
        prune_transformer(pruned, config.scope, config.target_sparsity)
    yield Progress(stage="prune", done=1, total=1)
    return pruned, masks


def measurement(
    setup: Setup,
    variants: dict[Variant, nn.Module],
    peaks: dict[Variant, float],
    export_to: Path | None,
    export_all: bool,
) -> Generator[Event, None, None]:
    """Measure every variant, export the last or all of them, and leave a lesson beside them."""
    last = list(variants)[-1]
    answers: dict[Variant, Tensor] = {}  # logits of the test examples, [examples, classes]
    for number, (name, model) in enumerate(variants.items()):
        yield Progress(stage="measure", done=number, total=len(variants))
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            if export_to and (export_all or name == last):
                folder = export_to / name if export_all else export_to
            export(setup, name, model, folder)
            answers[name] = predict(model, setup.module.logits, setup.test, bfloat16=False)
            yield Measured(measurement=measure_variant(setup, name, model, answers[name], folder, peaks[name]))
    if export_to:
        write_lesson(setup, variants, answers, export_to)
    yield Progress(stage="measure", done=len(variants), total=len(variants))


def plan(setup: Setup, epochs: int, seed: int) -> TrainingPlan:
    """How a student is trained; control and distilled get equal plans."""
    config = setup.config
    return TrainingPlan(
        epochs=epochs,
        learning_rate=config.learning_rate,
        batch_size=config.batch_size,
        seed=seed,
        temperature=config.temperature,
        alpha=config.alpha,
        relative_steps=setup.model.relative_steps,
        bfloat16=setup.bfloat16,
    )
