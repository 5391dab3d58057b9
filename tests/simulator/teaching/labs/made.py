"""Evidence with invented numbers, for answers that can be worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from simulator.config.run import RunConfig
from simulator.events import CellFinished, Concluded, Described, Measured, RunFinished
from simulator.experiments import StudyConfig
from simulator.runs.database.store import open_store
from simulator.runs.records import Run
from simulator.teaching.labs import Evidence
from simulator.teaching.labs.evidence import evidence
from tests.ui.invented import PROVENANCE, TESTED, measurement

WHEN = datetime(2026, 5, 3, tzinfo=UTC)


def put(run_id: str, config: RunConfig | StudyConfig, said: list[Any]) -> str:
    """A finished run with these events, in the store."""
    run = Run(id=run_id, state="finished", origin="app", config=config, forecast=None, created_at=WHEN)
    described = Described(provenance=PROVENANCE, class_names=("cat", "dog"), labels=(1,) * TESTED)
    events = [described, *said, RunFinished(seconds=1, peak_memory_mb=2)]
    assert open_store().restore([(run, events)], {}) == 1
    return run_id


def answering(name: str, right: range, **changes: Any) -> Measured:
    """A variant that answers the test examples of these numbers rightly, and no others."""
    answers = tuple(int(i in right) for i in range(TESTED))
    return Measured(measurement=measurement(name, len(right) / TESTED, **{"answers": answers, **changes}))


def one_run(config: RunConfig, *said: Measured) -> Evidence:
    return evidence([put("r1", config, list(said))])


def study(config: StudyConfig, cells: list[CellFinished], conclusion: Any = None) -> Evidence:
    end = [Concluded(conclusion=conclusion)] if conclusion else []
    return evidence([put("s1", config, [*cells, *end])])
