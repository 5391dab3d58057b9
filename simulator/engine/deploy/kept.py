"""What was measured of a model is kept, and taken over by every run that leaves the same model. Latency never is."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from safetensors.torch import save

from simulator.engine.measure.variant import Examined
from simulator.engine.setup import Setup, is_anew
from simulator.engine.stages.keeping import keeps, kept_here, read_whole
from simulator.events import Kept, Measurement, Variant
from simulator.events.fields import Record
from simulator.runs.kept import folders, measurements, room, stages
from simulator.teaching.lesson import LayerFacts

log = logging.getLogger(__name__)

ANSWERS_FILE, RECORD_FILE = "answers.safetensors", "measurement.json"


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
    if not keeps(setup) or is_anew(setup.keeping):
        return None
    folder, inputs = place(setup, variant)
    damage = folders.discard_damaged(folder, inputs)
    if damage:
        log.warning("The kept measurement of %s is damaged (%s) and is made anew", variant, damage)
    whole = read_whole(folder, MeasurementRecord, RECORD_FILE, ANSWERS_FILE)
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
