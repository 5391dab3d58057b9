"""A student's stage that was carried out before with equal inputs is taken over; any other is carried out and kept."""

from __future__ import annotations

import copy
from collections.abc import Generator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from pydantic import ValidationError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from simulator.engine.host.device import device_name
from simulator.engine.host.mapped import map_from_disk
from simulator.engine.measure.size import save_model
from simulator.engine.models import portable
from simulator.engine.setup import Setup, is_anew
from simulator.engine.stages.staged import staged
from simulator.engine.stages.student import Made, Student
from simulator.events import EpochFinished, Event, Kept, LossPoint, Stage, StageFinished, StageStarted
from simulator.events.fields import Record
from simulator.events.outcome import Outcome
from simulator.runs.kept import folders, room, stages
from simulator.runs.kept.stages import StageRecord

R = TypeVar("R", bound=Record)

MASKS_FILE, RECORD_FILE = "masks.safetensors", "stage.json"
TAKEN_OVER = "Taken over from an earlier run, where everything that decides this stage was the same"


class Carried(NamedTuple):
    """What a stage made, and the highest memory while it was made: in any run, and in this one (0 if taken over)."""

    made: Made
    peak_mb: float
    peak_here_mb: float


def keeps(setup: Setup) -> bool:
    """Whether this run keeps stages and measurements. Not on a GPU: there two equal trainings end a little apart."""
    return setup.keeping is not None and setup.device.type == "cpu"


def kept_here(setup: Setup) -> Kept:
    """The label of what is kept: which run made it, when, and on which processor."""
    assert setup.keeping is not None
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Kept(run=setup.keeping.run, at=now, device=device_name(setup.device))


def carried_out(
    student: Student, stage: Stage, note: str, body: Generator[Event, None, Made], repeat: int = 0
) -> Generator[Event, None, Carried]:
    """A stage of a student: a kept one if there is one, else ``body``, which is then kept.

    Args:
        note: What ``body`` does, for the screen.
        repeat: Which of the run's seeds this is, from 0.
    """
    setup = student.setup
    if not keeps(setup):
        made, peak = yield from staged(stage, note, body, repeat)
        return Carried(made, peak, peak)
    inputs = stages.made_from(stage, setup.config, setup.teacher.folder.name)
    folder = stages.folder(inputs, setup.config)
    if not is_anew(setup.keeping):
        damage = folders.discard_damaged(folder, inputs)
        found = read(student.initial, folder)
        if found:
            made, record = found
            yield from told_again(stage, record, repeat)
            return Carried(made, record.finished.peak_memory_mb, 0.0)
        if damage:
            note = f"The kept stage is damaged ({damage}) and is carried out anew. {note}"
    told: list[Event] = []
    outcome = Outcome(staged(stage, note, body, repeat))
    for event in outcome:
        if isinstance(event, LossPoint | EpochFinished | StageFinished):
            told.append(event)
        yield event
    made, peak = outcome.result
    keep(setup, folder, inputs, made, told)
    return Carried(made, peak, peak)


def told_again(stage: Stage, record: StageRecord, repeat: int) -> Generator[Event, None, None]:
    """The events of a kept stage; the last one says which run carried it out."""
    yield StageStarted(stage=stage, note=TAKEN_OVER, repeat=repeat)
    for event in record.curve:
        yield event.model_copy(update={"repeat": repeat})
    yield record.finished.model_copy(update={"kept": record.kept})


def keep(setup: Setup, folder: Path, inputs: dict[str, object], made: Made, told: list[Event]) -> None:
    """Keep a stage that was just carried out."""
    *curve, finished = told
    record = StageRecord(
        curve=curve,
        finished=finished,
        kept=kept_here(setup),
        strides=strides(made.model),
        is_training=made.model.training,
    )
    files: dict[str, folders.Content] = {
        portable.WEIGHTS_FILE: partial(save_model, made.model),
        MASKS_FILE: save({name: packed(mask) for name, mask in made.masks.items()}),
        RECORD_FILE: record.model_dump_json().encode(),
    }
    room.keep(folder, files, inputs, replace=is_anew(setup.keeping))


def read(initial: nn.Module, folder: Path) -> tuple[Made, StageRecord] | None:
    """A kept stage that was found undamaged; None if there is none, or if another process has just deleted it.

    Args:
        initial: The student before any training.
    """
    found = read_whole(folder, StageRecord, RECORD_FILE, portable.WEIGHTS_FILE, MASKS_FILE)
    if found is None:
        return None
    record, (tensors, masks) = found
    model = copy.deepcopy(initial)
    portable.fill(model, {name: laid_out(t, record.strides.get(name)) for name, t in tensors.items()})
    model.train(record.is_training)
    map_from_disk(model)
    return Made(model, {name: unpacked(bits, model.get_parameter(name)) for name, bits in masks.items()}), record


def read_whole(folder: Path, kind: type[R], record: str, *files: str) -> tuple[R, list[dict[str, Tensor]]] | None:
    """A kept record and the tensors beside it; None if a file is missing or was written by another version.

    Args:
        kind: The record's type.
        record: The name of the record's file.
        files: The names of the files with tensors.
    """
    try:
        known = kind.model_validate_json((folder / record).read_bytes())
        tensors = [load_file(folder / file) for file in files]
    except FileNotFoundError:
        return None
    except ValidationError:
        folders.discard(folder)
        return None
    room.mark_used(folder)
    return known, tensors


def strides(model: nn.Module) -> dict[str, tuple[int, ...]]:
    """Name -> strides of the tensors whose layout in memory does not follow the order of their dimensions.

    The layout decides which kernel runs, and another kernel sums in another order.
    """
    return {name: t.stride() for name, t in model.state_dict().items() if t.stride() != in_order(t.shape)}


def in_order(shape: torch.Size) -> tuple[int, ...]:
    """The strides of a tensor whose layout follows the order of its dimensions."""
    return torch.empty(shape, device="meta").stride()


def laid_out(tensor: Tensor, stride: tuple[int, ...] | None) -> Tensor:
    """A copy with these strides, aligned as torch aligns its tensors: in a file they may begin at any byte."""
    return tensor.clone() if stride is None else torch.empty_strided(tensor.shape, stride).copy_(tensor)


def packed(mask: Tensor) -> Tensor:
    """A mask as bits, eight to a byte."""
    return torch.from_numpy(np.packbits(mask.cpu().numpy()))


def unpacked(bits: Tensor, parameter: Tensor) -> Tensor:
    """The mask of a parameter from its bits."""
    mask = np.unpackbits(bits.numpy(), count=parameter.numel()).astype(bool)
    return torch.from_numpy(mask).view(parameter.shape)
