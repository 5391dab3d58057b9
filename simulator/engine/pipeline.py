"""One run, from top to bottom: teacher, control, student, pruning, recovery, measurement.

A run is a generator of events. It can be consumed inline (tests, command line) or in a worker
process (the app); either way it does the same.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

from torch import Tensor, nn

from simulator.catalog.methods import METHODS
from simulator.catalog.pruning import SCHEDULES
from simulator.config.run import RunConfig
from simulator.engine.deploy.stage import measurement
from simulator.engine.distillation import teacher as teacher_room
from simulator.engine.measure.memory import PeakMemory
from simulator.engine.pruning import removal
from simulator.engine.setup import Setup, preparation, provenance
from simulator.engine.stages.keeping import Carried, carried_out
from simulator.engine.stages.pruned import prune, recover
from simulator.engine.stages.staged import staged
from simulator.engine.stages.student import Made, control, distil, student_of
from simulator.events import Described, Event, RunFinished, Variant
from simulator.runs.kept.stages import Keeping

CONTROL_NOTE = "Training the student without the teacher, to compare"
DISTIL_NOTES = {
    True: "The teacher teaches the student",
    False: "Training the student with smoothed labels, without the teacher",
}


def run(
    config: RunConfig,
    export_to: Path | None = None,
    variants_to: Path | None = None,
    keeping: Keeping | None = None,
) -> Iterator[Event]:
    """Carry out a run, yielding what happens.

    Args:
        config: Decides everything.
        export_to: A folder for the final student of the first seed (model.safetensors, config.json,
            README.md, load.py and the tokenizer) and the lesson; None keeps nothing.
        variants_to: A folder for all of the first seed's variants, each in a folder of its name, and the lesson.
        keeping: The run under whose id stages are kept; with None, stages are neither kept nor taken over.

    Raises:
        NotAvailable: if weights or data that were asked for cannot be had.
    """
    started = time.perf_counter()
    with PeakMemory() as whole:
        # prepare: weights, data, tokenizer, tensors
        setup, prepare_peak = yield from staged("prepare", "Loading weights and data", preparation(config, keeping))
        labels = tuple(setup.test.labels.tolist())
        yield Described(provenance=provenance(setup), class_names=setup.dataset.class_names, labels=labels)

        # teacher: trained on the labels, or taken from the cache, with its logits for every training example
        taught, teacher_peak = yield from staged("teacher", teacher_room.note(setup), teacher_room.provide(setup))
        peak = max(prepare_peak, teacher_peak)

        # one student per seed, all taught by this teacher; only the first one's files are kept
        for repeat in range(config.repeats):
            of_seed = replace(setup, config=config.model_copy(update={"seed": config.seed + repeat}))
            keep = (None, None) if repeat else (export_to, variants_to)
            peak = max(peak, (yield from one_student(of_seed, repeat, taught, teacher_peak, keep)))
    # each stage samples its memory at moments of its own, and may have seen a higher peak
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
        repeat: Which of the run's seeds this is, from 0; the teacher is measured with the first.
        taught: The teacher, and its logits [training examples, classes].
        teacher_peak: Peak memory of the teacher's stage.
        keep: ``export_to`` and ``variants_to``, as for :func:`run`.
    """
    config, student = setup.config, student_of(setup, *taught)
    removal.mask_rule(setup).parameters(student.initial)  # an unknown layer is reported before any training
    left: dict[Variant, Carried] = {} if repeat else {"teacher": Carried(Made(taught[0]), teacher_peak, teacher_peak)}
    # control: the student without the teacher. Same start, steps and seed as the next, and the same batches unless
    # labels are hidden
    left["control"] = yield from carried_out(student, "control", CONTROL_NOTE, control(student), repeat)

    # distil: the same student, with what the method makes of the teacher
    note = DISTIL_NOTES[METHODS[config.method].has_teacher]
    left["distilled"] = yield from carried_out(student, "distil", note, distil(student), repeat)

    # prune: the distilled student loses weights or channels; it is not retrained yet
    distilled, note = left["distilled"].made.model, removal.note(setup, student.initial)
    left["pruned"] = yield from carried_out(student, "prune", note, prune(setup, distilled), repeat)

    # recover: the schedule decides from where and how; masks hold
    if config.epochs_after_pruning:
        note, again = SCHEDULES[config.schedule].note, recover(student, distilled, left["pruned"].made)
        left["recovered"] = yield from carried_out(student, "recover", note, again, repeat)

    # measure: every variant the same way, on the same held-out examples
    variants, peaks = {n: c.made.model for n, c in left.items()}, {n: c.peak_mb for n, c in left.items()}
    measured = measurement(setup, variants, peaks, *keep, repeat)
    _, measure_peak = yield from staged("measure", "Measuring every variant", measured, repeat)
    return max(measure_peak, *(carried.peak_here_mb for carried in left.values()))


def prepare_teacher(config: RunConfig) -> Iterator[Event]:
    """Only the first two stages: train and cache the teacher, ahead of a class."""
    setup, _ = yield from staged("prepare", "Loading weights and data", preparation(config))
    yield Described(provenance=provenance(setup), class_names=setup.dataset.class_names)
    yield from staged("teacher", teacher_room.note(setup), teacher_room.provide(setup))
