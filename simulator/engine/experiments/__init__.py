"""An experiment from top to bottom: prepare once, one teacher, many students, a table of cells, a conclusion."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator, Sequence

from simulator.engine.distillation import teacher as teacher_room
from simulator.engine.experiments.bench import Bench
from simulator.engine.measure.memory import PeakMemory
from simulator.engine.setup import preparation, provenance
from simulator.engine.stages.staged import staged
from simulator.events import (
    CellFinished,
    Concluded,
    Described,
    Event,
    Provenance,
    RunFinished,
)
from simulator.experiments.config import ExperimentConfig
from simulator.runs.kept.stages import Keeping

Earlier = tuple[Provenance, Sequence[CellFinished]]
"""What an earlier run of the same experiment measured, and under which conditions."""


def run(config: ExperimentConfig, earlier: Earlier | None = None, keeping: Keeping | None = None) -> Iterator[Event]:
    """Carry out an experiment, yielding what happens.

    Args:
        config: Decides everything.
        earlier: Its cells are taken over if they were measured with the same teacher, data, versions and
            device: then this run would measure the same numbers again.
        keeping: As whose controls and distilled students are kept, for other runs too; None neither keeps any nor takes
            over one that is kept. What is pruned of them is not kept: a large table would fill the room of all runs.

    Raises:
        NotAvailable: if weights or data that were asked for are not available.
    """
    started = time.perf_counter()
    with PeakMemory() as memory:
        setup, preparing = yield from staged("prepare", "Loading weights and data", preparation(config.widest, keeping))
        described = provenance(setup)
        yield Described(provenance=described, class_names=setup.dataset.class_names)
        (teacher, logits), teaching = yield from staged(
            "teacher", teacher_room.note(setup), teacher_room.provide(setup)
        )
        known = earlier[1] if earlier and same_conditions(earlier[0], described) else ()
        bench = Bench(config, setup, teacher, logits, known)
        cells = importlib.import_module(f"simulator.engine.experiments.{config.name}").cells
        _, working = yield from staged("experiment", config.entry.title, cells(bench))
    yield Concluded(conclusion=config.conclude(bench.cells))
    peak = max(memory.mb, preparing, teaching, working)
    yield RunFinished(seconds=time.perf_counter() - started, peak_memory_mb=peak)


def same_conditions(one: Provenance, other: Provenance) -> bool:
    """Whether both conditions lead to the same numbers."""
    when = {"recorded_at", "teacher_was_cached", "teacher_damage"}
    return one.model_dump(exclude=when) == other.model_dump(exclude=when)
