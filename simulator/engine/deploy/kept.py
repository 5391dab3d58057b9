"""What was measured of a model is kept, and taken over by every run that leaves the same model. Latency never is."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, TypeVar

from safetensors.torch import save
from torch import Tensor

from simulator.engine.measure.variant import Examined
from simulator.engine.setup import Setup, is_anew
from simulator.engine.stages.keeping import keeps, kept_here, read_whole
from simulator.events import Kept, Measurement, Swept, Variant
from simulator.events.fields import Record
from simulator.runs.kept import folders, measurements, room, stages, sweeps
from simulator.teaching.lesson import LayerFacts

log = logging.getLogger(__name__)

R = TypeVar("R", bound=Record)

ANSWERS_FILE, RECORD_FILE, SWEEP_FILE = "answers.safetensors", "measurement.json", "sweep.json"


class MeasurementRecord(Record):
    """What is kept of a measured model beside its logits.

    Attributes:
        measurement: As in :class:`Examined`.
        layers: As in :class:`Examined`.
    """

    measurement: Measurement
    layers: tuple[LayerFacts, ...]
    kept: Kept


def place(setup: Setup, variant: Variant) -> tuple[Path, dict[str, Any]]:
    """Where the measurement of a variant is or will be kept, and everything that decides it."""
    inputs = measurements.made_from(variant, setup.config, setup.teacher.folder.name)
    return stages.folder(inputs, setup.config), inputs


def find(setup: Setup, variant: Variant) -> Examined | None:
    """What an earlier run measured of the same model; its measurement says where. None if there is nothing whole."""
    if not takes_over(setup):
        return None
    whole = undamaged(*place(setup, variant), MeasurementRecord, RECORD_FILE, ANSWERS_FILE)
    if whole is None:
        return None
    record, (answers,) = whole
    return Examined(record.measurement.model_copy(update={"kept": record.kept}), answers["logits"], record.layers)


def keep(setup: Setup, variant: Variant, examined: Examined) -> None:
    """Keep what was just measured of a variant."""
    if not keeps(setup):
        return
    folder, inputs = place(setup, variant)
    record = MeasurementRecord(measurement=examined.measurement, layers=examined.layers, kept=kept_here(setup))
    files = {RECORD_FILE: record.model_dump_json().encode(), ANSWERS_FILE: save({"logits": examined.answers})}
    room.keep(folder, files, inputs, replace=is_anew(setup.keeping))


def place_of_sweep(setup: Setup) -> tuple[Path, dict[str, Any]]:
    """Where the sweep of a run's distilled student is or will be kept, and everything that decides it."""
    inputs = sweeps.made_from(setup.config, setup.teacher.folder.name)
    return stages.folder(inputs, setup.config), inputs


def find_sweep(setup: Setup, repeat: int) -> Swept | None:
    """The sweep of an earlier run over the same student; it says of which. None if there is nothing whole.

    Args:
        repeat: The number of the student's seed among this run's seeds, from 0.
    """
    if not takes_over(setup):
        return None
    whole = undamaged(*place_of_sweep(setup), Swept, SWEEP_FILE)
    return whole[0].model_copy(update={"repeat": repeat}) if whole else None


def keep_sweep(setup: Setup, swept: Swept) -> None:
    """Keep a sweep that was just carried out."""
    if not keeps(setup):
        return
    folder, inputs = place_of_sweep(setup)
    record = swept.model_copy(update={"kept": kept_here(setup)})
    room.keep(folder, {SWEEP_FILE: record.model_dump_json().encode()}, inputs, replace=is_anew(setup.keeping))


def takes_over(setup: Setup) -> bool:
    """Whether this run looks for what is kept."""
    return keeps(setup) and not is_anew(setup.keeping)


def undamaged(
    folder: Path, inputs: dict[str, Any], kind: type[R], record: str, *files: str
) -> tuple[R, list[dict[str, Tensor]]] | None:
    """As :func:`read_whole`; what is damaged is deleted first, and the log says so."""
    damage = folders.discard_damaged(folder, inputs)
    if damage:
        log.warning("The kept folder %s is damaged (%s) and is made anew", folder.name, damage)
    return read_whole(folder, kind, record, *files)
