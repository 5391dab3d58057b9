"""The last stage of a run: every variant is timed, measured and exported."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import ExitStack
from pathlib import Path

import torch
from torch import Tensor, nn

from simulator.engine.distillation.training import predict
from simulator.engine.export import export
from simulator.engine.lesson import write_lesson
from simulator.engine.measure.latency import measure_in_turns
from simulator.engine.measure.variant import first_rows, measure_variant
from simulator.engine.setup import Setup
from simulator.events import Event, Latency, Measured, Progress, Variant
from simulator.paths import scratch_folder, whole_folder

BATCH_SIZES = (1, 32)
SECONDS = 0.6
"""Calls are timed for so long a variant and a batch size."""


def measurement(
    setup: Setup,
    variants: dict[Variant, nn.Module],
    peaks: dict[Variant, float],
    export_to: Path | None,
    export_all: bool,
    repeat: int,
) -> Generator[Event, None, None]:
    """Measure every variant of a seed, export the last or all of them, and leave a lesson beside them."""
    last, total = list(variants)[-1], len(BATCH_SIZES) + len(variants)
    latency: dict[Variant, dict[str, Latency]] = {name: {} for name in variants}
    for number, size in enumerate(BATCH_SIZES):  # in turns: what else the machine does meets all variants alike
        yield Progress(stage="measure", done=number, total=total)
        for name, timed in time_variants(setup, variants, size).items():
            latency[name][f"batch_{size}"] = timed
    answers: dict[Variant, Tensor] = {}  # logits of the test examples, [examples, classes]
    with ExitStack() as at_the_end:
        kept = at_the_end.enter_context(whole_folder(export_to)) if export_to and not export_all else export_to
        for number, (name, model) in enumerate(variants.items(), len(BATCH_SIZES)):
            yield Progress(stage="measure", done=number, total=total)
            with scratch_folder() as folder:
                if kept and (export_all or name == last):
                    folder = kept / name if export_all else kept
                export(setup, name, model, folder)
                answers[name] = predict(model, setup.module.logits, setup.test, bfloat16=False)
                yield Measured(
                    measurement=measure_variant(
                        setup, name, model, answers[name], latency[name], folder, peaks[name], repeat
                    )
                )
        if kept:
            write_lesson(setup, variants, answers, kept)
    yield Progress(stage="measure", done=total, total=total)


def time_variants(setup: Setup, variants: Mapping[Variant, nn.Module], size: int) -> dict[Variant, Latency]:
    """Latency of each variant on the first ``size`` test examples, in turns."""
    batch = first_rows(setup, size)
    return measure_in_turns(variants, setup.module.logits, batch, torch.get_num_threads(), SECONDS)
