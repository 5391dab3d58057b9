"""The last stage of a run: every variant is timed, measured and exported."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Mapping
from contextlib import ExitStack
from pathlib import Path

from torch import nn

from simulator.engine.deploy import kept
from simulator.engine.deploy.export import export
from simulator.engine.deploy.lesson import write_lesson
from simulator.engine.deploy.sweep import sweep
from simulator.engine.distillation.training import predict
from simulator.engine.measure.latency import measure_in_turns
from simulator.engine.measure.size import tensors_of
from simulator.engine.measure.sparse import write_sparse
from simulator.engine.measure.variant import Examined, examine, first_rows
from simulator.engine.models import portable
from simulator.engine.setup import Setup
from simulator.events import Event, Latency, Measured, Progress, Variant
from simulator.host.paths import scratch_folder, whole_folder
from simulator.runs.kept.seals import seal
from simulator.runs.kept.sweeps import has_sweep

BATCH_SIZES = (1, 32)
SECONDS = 0.6
"""Seconds for which the calls of each variant are timed at most, at each batch size."""


def measurement(
    setup: Setup,
    variants: dict[Variant, nn.Module],
    peaks: dict[Variant, float],
    export_to: Path | None,
    variants_to: Path | None,
    repeat: int,
) -> Generator[Event, None, None]:
    """Measure every variant of a seed, export the last or all of them, leave a lesson beside them, and try sparsities.

    Args:
        export_to: A folder for the last variant; None keeps nothing.
        variants_to: A folder for all variants, each in a folder of its name; None keeps nothing.
    """
    last, sweeps = list(variants)[-1], has_sweep(setup.config)
    total = len(BATCH_SIZES) + len(variants) + sweeps
    latency: dict[Variant, dict[str, Latency]] = {name: {} for name in variants}
    for number, size in enumerate(BATCH_SIZES):  # in turns: other work on the machine affects all variants alike
        yield Progress(stage="measure", done=number, total=total)
        for name, timed in time_variants(setup, variants, size).items():
            latency[name][f"batch_{size}"] = timed
    known: dict[Variant, Examined] = {}
    with ExitStack() as at_the_end:
        left = at_the_end.enter_context(whole_folder(export_to)) if export_to else None
        for number, (name, model) in enumerate(variants.items(), len(BATCH_SIZES)):
            yield Progress(stage="measure", done=number, total=total)
            wanted = [place for place in (left if name == last else None, variants_to and variants_to / name) if place]
            known[name] = examined_and_exported(setup, name, model, wanted)
            of_now = {"latency_ms": latency[name], "stage_peak_memory_mb": peaks[name], "repeat": repeat}
            yield Measured(measurement=known[name].measurement.model_copy(update=of_now))
        for place in (left, variants_to):
            if place:
                write_lesson(setup, variants, known, place)
        if left:
            seal(left)
    if sweeps:
        yield Progress(stage="measure", done=total - 1, total=total)
        yield sweep(setup, variants["distilled"], repeat)
    yield Progress(stage="measure", done=total, total=total)


def examined_and_exported(setup: Setup, variant: Variant, model: nn.Module, places: list[Path]) -> Examined:
    """What is measured of a variant, taken over where it is kept; its files are written if that or a place needs them.

    Args:
        places: Folders for copies of its files.
    """
    found = kept.find(setup, variant)
    if found and not places:
        return found
    with scratch_folder() as folder:
        export(setup, variant, model, folder)
        sparse = write_sparse(tensors_of(model), folder / portable.SPARSE_FILE)
        if found is None:
            answers = predict(model, setup.module.logits, setup.test, bfloat16=False)
            found = examine(setup, variant, model, answers, folder / portable.WEIGHTS_FILE, sparse)
            kept.keep(setup, variant, found)
        for place in places:
            shutil.copytree(folder, place, dirs_exist_ok=True)
    return found


def time_variants(setup: Setup, variants: Mapping[Variant, nn.Module], size: int) -> dict[Variant, Latency]:
    """Latency of each variant on the first ``size`` test examples, in turns."""
    return measure_in_turns(variants, setup.module.exported_call, first_rows(setup, size), SECONDS)
