"""One run, from top to bottom: teacher, control, student, pruning, recovery, measurement.

A run is a generator of events. It can be consumed inline (tests, command line) or in a worker
process (the app); either way it does the same.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from torch import Tensor, nn

from simulator.catalog.methods import METHODS
from simulator.config.run import RunConfig
from simulator.engine.datasets.batches import Examples
from simulator.engine.deploy.stage import measurement
from simulator.engine.distillation import teacher as teacher_room
from simulator.engine.distillation.guidance import Teaching
from simulator.engine.distillation.plan import TrainingPlan
from simulator.engine.distillation.training import Training, train
from simulator.engine.measure.memory import PeakMemory
from simulator.engine.pruning import removal
from simulator.engine.pruning.masks import Masks, dense_masks
from simulator.engine.pruning.schedules import CubicMasks, redrawn, rewound
from simulator.engine.setup import Setup, preparation, provenance
from simulator.events import (
    Described,
    EpochFinished,
    Event,
    LossPoint,
    Progress,
    RunFinished,
    Stage,
    StageFinished,
    StageStarted,
    Variant,
)
from simulator.events.outcome import Outcome

T = TypeVar("T")

DISTIL_NOTES = {
    True: "The teacher teaches the student",
    False: "Training the student with smoothed labels, without the teacher",
}
RECOVERY_NOTES: dict[str, str] = {
    "one_shot": "Fine-tuning what is left",
    "iterative": "Pruning and fine-tuning the distilled student in rounds",
    "cubic": "Pruning the distilled student bit by bit while it is fine-tuned",
    "lottery": "Training the initial weights under the masks",
    "lottery_random": "Training redrawn initial weights under the masks",
}


def run(config: RunConfig, export_to: Path | None = None, variants_to: Path | None = None) -> Iterator[Event]:
    """Carry out a run, yielding what happens.

    Args:
        config: Decides everything.
        export_to: A folder for the final student of the first seed (model.safetensors, config.json,
            README.md, load.py and the tokenizer) and the lesson; None keeps nothing.
        variants_to: A folder for all of the first seed's variants, each in a folder of its name, and the lesson.

    Raises:
        NotAvailable: if weights or data that were asked for cannot be had.
    """
    started = time.perf_counter()
    with PeakMemory() as whole:
        # prepare: weights, data, tokenizer, tensors
        setup, preparing = yield from staged("prepare", "Loading weights and data", preparation(config))
        labels = tuple(setup.test.labels.tolist())
        yield Described(provenance=provenance(setup), class_names=setup.dataset.class_names, labels=labels)

        # teacher: trained on the labels, or taken from the cache, with its logits for every training example
        taught, teaching = yield from staged("teacher", teacher_room.note(setup), teacher_room.provide(setup))
        peak = max(preparing, teaching)

        # one student a seed, all of the one teacher; the first one's files are kept
        for repeat in range(config.repeats):
            of_seed = replace(setup, config=config.model_copy(update={"seed": config.seed + repeat}))
            keep = (None, None) if repeat else (export_to, variants_to)
            peak = max(peak, (yield from one_student(of_seed, repeat, taught, teaching, keep)))
    # the stages' own watches look at other moments, and may have seen more
    yield RunFinished(seconds=time.perf_counter() - started, peak_memory_mb=max(peak, whole.mb))


def one_student(
    setup: Setup,
    repeat: int,
    taught: tuple[nn.Module, Tensor],
    teacher_peak: float,
    keep: tuple[Path | None, Path | None],
) -> Generator[Event, None, float]:
    """Train, prune, recover and measure the student of one seed; gives the peak memory in MiB.

    Args:
        repeat: Of which seed the student is; beside the first one the teacher is measured.
        taught: The teacher, and its logits [training examples, classes].
        teacher_peak: Peak memory of the teacher's stage.
        keep: As ``export_to`` and ``variants_to`` of :func:`run`.
    """
    config, (teacher, logits) = setup.config, taught
    variants: dict[Variant, nn.Module] = {} if repeat else {"teacher": teacher}
    peaks: dict[Variant, float] = {"teacher": teacher_peak}
    soft = logits[: config.train_examples]  # [examples, classes]
    teaching = Teaching(config.method, config.temperature, soft, teacher, config.seed, config.beta)

    # control: the student without the teacher. Same initial weights, batches, steps and seed as the next
    initial = setup.module.build_student(teacher, config.student_size, config.seed).to(setup.device)
    removal.mask_rule(setup).parameters(initial)  # a layer that is not there is said before any training
    lessons = student_training(setup, "control", "control", plan(setup, config.epochs, config.seed))
    note = "Training the student without the teacher, to compare"
    variants["control"], peaks["control"] = yield from staged("control", note, learn(initial, lessons), repeat)

    # distil: the same student, with what the method makes of the teacher
    lessons = replace(lessons, stage="distil", variant="distilled", teaching=teaching)
    note = DISTIL_NOTES[METHODS[config.method].has_teacher]
    variants["distilled"], peaks["distilled"] = yield from staged("distil", note, learn(initial, lessons), repeat)

    # prune: the distilled student loses weights or channels, and is not retrained yet
    cut = pruning(setup, variants["distilled"])
    (variants["pruned"], masks), peaks["pruned"] = yield from staged("prune", removal.note(setup, initial), cut, repeat)

    # recover: the schedule decides from where and how; masks hold
    if config.epochs_after_pruning:
        again = recovery(setup, initial, variants, masks, teaching if config.recovery_with_teacher else None)
        note = RECOVERY_NOTES[config.schedule]
        variants["recovered"], peaks["recovered"] = yield from staged("recover", note, again, repeat)

    # measure: every variant the same way, on the same held-out examples
    measures = measurement(setup, variants, peaks, *keep, repeat)
    _, measuring = yield from staged("measure", "Measuring every variant", measures, repeat)
    return max(measuring, *peaks.values())


def prepare_teacher(config: RunConfig) -> Iterator[Event]:
    """Only the first two stages: train and cache the teacher, ahead of a class."""
    setup, _ = yield from staged("prepare", "Loading weights and data", preparation(config))
    yield Described(provenance=provenance(setup), class_names=setup.dataset.class_names)
    yield from staged("teacher", teacher_room.note(setup), teacher_room.provide(setup))


def staged(
    stage: Stage, note: str, body: Generator[Event, None, T], repeat: int = 0
) -> Generator[Event, None, tuple[T, float]]:
    """A stage's events between its start and its end; gives the body's result and the peak memory in MiB.

    Args:
        repeat: Of which seed the stage is; its curves say so too.
    """
    started, examples = time.perf_counter(), 0
    yield StageStarted(stage=stage, note=note, repeat=repeat)
    with PeakMemory() as memory:
        outcome = Outcome(body)
        for event in outcome:
            if isinstance(event, Progress) and event.examples_per_second:  # a training says its speed
                examples = max(examples, event.done)
            curve = isinstance(event, LossPoint | EpochFinished)
            yield event.model_copy(update={"repeat": repeat}) if curve else event
    yield StageFinished(stage=stage, seconds=time.perf_counter() - started, peak_memory_mb=memory.mb, examples=examples)
    return outcome.result, memory.mb


def student_examples(setup: Setup) -> Examples:
    """The training examples of the student: the first of the teacher's."""
    return setup.train.first(setup.config.train_examples)


def student_training(
    setup: Setup,
    stage: Stage,
    variant: Variant,
    plan: TrainingPlan,
    teaching: Teaching | None = None,
    is_validated: bool = True,
) -> Training:
    """A training of the run's student.

    Args:
        teaching: None trains on labels alone.
        is_validated: False for an experiment, whose events are its cells: it does not ask how the training goes.
    """
    validation = setup.validation if is_validated else None
    return Training(setup.module, student_examples(setup), validation, plan, stage, variant, teaching)


def learn(initial: nn.Module, training: Training) -> Generator[Event, None, nn.Module]:
    """Train a copy of a student."""
    student = copy.deepcopy(initial)
    yield from train(student, training)
    return student


def pruning(setup: Setup, distilled: nn.Module) -> Generator[Event, None, tuple[nn.Module, Masks]]:
    """Prune a copy of the distilled student at once; gives it and the masks (none where it got smaller)."""
    yield Progress(stage="prune", done=0, total=1)
    pruned = copy.deepcopy(distilled)
    masks = removal.remove(setup, pruned, student_examples(setup), Masks())
    yield Progress(stage="prune", done=1, total=1)
    return pruned, masks


def recovery(
    setup: Setup,
    initial: nn.Module,
    variants: dict[Variant, nn.Module],
    masks: Masks,
    teaching: Teaching | None,
    is_validated: bool = True,
) -> Generator[Event, None, nn.Module]:
    """Train what pruning leaves, as the schedule says; gives the recovered student.

    Args:
        initial: The student before any training.
        variants: Holds "distilled" and "pruned".
        masks: Of the pruned student.
        teaching: None recovers on labels alone.
        is_validated: As for :func:`student_training`.
    """
    config, seed = setup.config, setup.config.seed + 1  # other batches than the distillation saw
    again = student_training(
        setup, "recover", "recovered", plan(setup, config.recovery_epochs, seed), teaching, is_validated
    )
    student = variants["distilled"]
    match config.schedule:
        case "one_shot":
            return (yield from learn(variants["pruned"], replace(again, masks=masks)))
        case "iterative":
            held = Masks()
            for number in range(config.rounds):
                student = copy.deepcopy(student)
                this_round, whole = (number + 1, config.rounds), variants["distilled"]
                held = removal.remove(setup, student, student_examples(setup), held, this_round, whole)
                part = replace(again.plan, part=(number, config.rounds))
                student = yield from learn(student, replace(again, plan=part, masks=held))
            return student
        case "cubic":
            rule = removal.mask_rule(setup)
            remask = CubicMasks(rule, setup.module.logits, config.seed)
            dense = dense_masks(rule.parameters(student))
            return (yield from learn(student, replace(again, masks=dense, remask=remask)))
        case "lottery":
            ticket = rewound(initial, masks)
        case "lottery_random":
            ticket = redrawn(initial, masks, seed)
    from_the_start = plan(setup, config.epochs, config.seed)
    return (yield from learn(ticket, replace(again, plan=from_the_start, masks=masks)))


def plan(setup: Setup, epochs: int, seed: int) -> TrainingPlan:
    """How a student is trained; control and distilled get equal plans."""
    config = setup.config
    return TrainingPlan(
        epochs=epochs,
        learning_rate=config.learning_rate,
        batch_size=config.batch_size,
        seed=seed,
        alpha=config.alpha,
        relative_steps=setup.model.relative_steps,
        bfloat16=setup.bfloat16,
        one_position=not METHODS[config.method].compares_features,
        few_steps=setup.model.few_steps,
    )
