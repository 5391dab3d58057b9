"""The last stage of a run: every variant is timed, measured and exported."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Mapping
from contextlib import ExitStack
from pathlib import Path

from torch import Tensor, nn

from simulator.engine.deploy.export import export
from simulator.engine.deploy.lesson import write_lesson
from simulator.engine.distillation.training import predict
from simulator.engine.measure.latency import measure_in_turns
from simulator.engine.measure.variant import Observed, first_rows, measure_variant
from simulator.engine.setup import Setup
from simulator.events import Event, Latency, Measured, Progress, Variant
from simulator.host.paths import scratch_folder, whole_folder
from simulator.runs.kept.seals import seal

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
    """Measure every variant of a seed, export the last or all of them, and leave a lesson beside them.

    Args:
        export_to: A folder for the last variant; None keeps nothing.
        variants_to: A folder for all variants, each in a folder of its name; None keeps nothing.
    """
    last, total = list(variants)[-1], len(BATCH_SIZES) + len(variants)
    latency: dict[Variant, dict[str, Latency]] = {name: {} for name in variants}
    for number, size in enumerate(BATCH_SIZES):  # in turns: other work on the machine affects all variants alike
        yield Progress(stage="measure", done=number, total=total)
        for name, timed in time_variants(setup, variants, size).items():
            latency[name][f"batch_{size}"] = timed
    answers: dict[Variant, Tensor] = {}  # logits of the test examples, [examples, classes]
    with ExitStack() as at_the_end:
        kept = at_the_end.enter_context(whole_folder(export_to)) if export_to else None
        for number, (name, model) in enumerate(variants.items(), len(BATCH_SIZES)):
            yield Progress(stage="measure", done=number, total=total)
            with scratch_folder() as folder:
                export(setup, name, model, folder)
                answers[name] = predict(model, setup.module.logits, setup.test, bfloat16=False)
                observed = Observed(name, answers[name], latency[name], peaks[name], repeat)
                yield Measured(measurement=measure_variant(setup, model, observed, folder))
                for place in (kept if name == last else None, variants_to and variants_to / name):
                    if place:
                        shutil.copytree(folder, place, dirs_exist_ok=True)
        for place in (kept, variants_to):
            if place:
                write_lesson(setup, variants, answers, place)
        if kept:
            seal(kept)
    yield Progress(stage="measure", done=total, total=total)


def time_variants(setup: Setup, variants: Mapping[Variant, nn.Module], size: int) -> dict[Variant, Latency]:
    """Latency of each variant on the first ``size`` test examples, in turns."""
    return measure_in_turns(variants, setup.module.exported_call, first_rows(setup, size), SECONDS)
