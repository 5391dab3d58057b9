"""Real runs that were recorded once and are shipped, so that no screen is ever empty. Always labelled as recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from simulator.events import EVENT, Described, Event, Measured, Measurement, Provenance
from simulator.runs.database.store import Run


@dataclass(frozen=True)
class Recorded:
    """A shipped run: its record and everything it said."""

    run: Run
    events: tuple[Event, ...]

    @property
    def measurements(self) -> list[Measurement]:
        """What was measured, in the order of the stages."""
        return [e.measurement for e in self.events if isinstance(e, Measured)]

    @property
    def labels(self) -> tuple[int, ...]:
        """The class of every test example; empty where the recording is of an earlier version."""
        return next(e.labels for e in self.events if isinstance(e, Described))

    @property
    def provenance(self) -> Provenance:
        """On what machine, when, and from which weights it was recorded."""
        return next(e.provenance for e in self.events if isinstance(e, Described))


@lru_cache(maxsize=1)
def all_recorded() -> tuple[Recorded, ...]:
    """The shipped runs, one a model, in the order of their file names."""
    return _loaded("simulator.runs")


@lru_cache(maxsize=1)
def of_labs() -> tuple[Recorded, ...]:
    """The runs that stand in for a guided lab's own. They are found by their ids, and listed nowhere else."""
    return _loaded("simulator.teaching.labs")


def _loaded(room: str) -> tuple[Recorded, ...]:
    folder = files(room) / "recordings"
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".json")) if folder.is_dir() else []
    loaded = [json.loads((folder / name).read_text(encoding="utf-8")) for name in names]
    return tuple(
        Recorded(Run.model_validate(r["run"]), tuple(EVENT.validate_python(e) for e in r["events"])) for r in loaded
    )


def find(run_id: str) -> Recorded | None:
    """The shipped run with this id, if there is one."""
    return next((r for r in (*all_recorded(), *of_labs()) if r.run.id == run_id), None)


def named(run_ids: Iterable[str]) -> list[Recorded]:
    """The shipped runs with these ids, in their order; those that are not shipped are left out."""
    return [recorded for recorded in map(find, run_ids) if recorded is not None]


def of_experiment(name: str) -> list[Recorded]:
    """The shipped runs of an experiment."""
    return [r for r in of_labs() if r.run.experiment is not None and r.run.experiment.name == name]
