"""The events and measurements of runs in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection, Engine

from simulator.config.run import RunConfig
from simulator.events import EVENT, CellFinished, Described, Event, Measured, Measurement
from simulator.experiments.config import ANY_CONFIG, ExperimentConfig
from simulator.runs.database.rows import reading
from simulator.runs.database.schema import events, measurements, runs

COST_EVENTS = ("stage_finished", "swept", "finished")


class EventRows:
    """The events and measurements in one database; the store adds the runs themselves."""

    engine: Engine

    def append(self, run_id: str, new: Iterable[Event]) -> None:
        """Add events in their order; a :class:`Measured` also becomes a measurement."""
        new = list(new)
        if new:
            with self.engine.begin() as connection:
                append_events(connection, run_id, new)

    def events(self, run_id: str, after: int = 0) -> list[tuple[int, Event]]:
        """The events of a run whose number is above ``after``, with their numbers."""
        query = sa.select(events.c.n, events.c.body).where(events.c.run_id == run_id, events.c.n > after)
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(events.c.n)).all()
        with reading(run_id):
            return [(row.n, EVENT.validate_json(row.body)) for row in rows]

    def described(self, run_id: str) -> Described | None:
        """The event that describes a run's teacher and machine, read without the others; None if there is none."""
        query = sa.select(events.c.body).where(events.c.run_id == run_id, events.c.kind == "described")
        with self.engine.connect() as connection:
            body = connection.execute(query.order_by(events.c.n).limit(1)).scalar()
        with reading(run_id):
            return Described.model_validate_json(body) if body else None

    def cells(self, run_id: str) -> list[CellFinished]:
        """What an experiment measured, read without its other events."""
        query = sa.select(events.c.body).where(events.c.run_id == run_id, events.c.kind == "cell").order_by(events.c.n)
        with self.engine.connect() as connection, reading(run_id):
            return [CellFinished.model_validate_json(row.body) for row in connection.execute(query)]

    def sizes(self) -> dict[str, int]:
        """The number of characters in the events of each run."""
        query = sa.select(events.c.run_id, sa.func.sum(sa.func.length(events.c.body))).group_by(events.c.run_id)
        with self.engine.connect() as connection:
            return {run_id: int(size) for run_id, size in connection.execute(query)}

    def recent_costs(self, model: str, limit: int = 5) -> list[tuple[RunConfig, list[Event]]]:
        """The costs of a model's latest finished runs: settings, and each StageFinished, Swept and RunFinished.

        Imported runs are left out, because they may come from another machine.
        """
        found = self._recent("", model, limit)
        return [(config, costs) for config, costs in found if isinstance(config, RunConfig)]

    def recent_experiments(self, name: str, model: str, limit: int = 5) -> list[tuple[ExperimentConfig, list[Event]]]:
        """The costs of an experiment's latest finished runs with a model."""
        found = self._recent(name, model, limit)
        return [(config, costs) for config, costs in found if isinstance(config, ExperimentConfig)]

    def _recent(
        self, experiment: str, model: str, limit: int
    ) -> list[tuple[RunConfig | ExperimentConfig, list[Event]]]:
        """The costs of this machine's latest finished runs of an experiment, or of ordinary runs ("")."""
        alike = (runs.c.experiment == experiment, runs.c.model == model)
        here = runs.c.origin != "imported"
        recent = sa.select(runs.c.id, runs.c.config).where(*alike, here, runs.c.state == "finished")
        costs = events.c.kind.in_(COST_EVENTS)
        with self.engine.connect() as connection:
            found = connection.execute(recent.order_by(runs.c.number.desc()).limit(limit)).all()
            bodies: dict[str, list[str]] = {row.id: [] for row in found}
            query = sa.select(events.c.run_id, events.c.body).where(events.c.run_id.in_(list(bodies)), costs)
            for event in connection.execute(query.order_by(events.c.run_id, events.c.n)):
                bodies[event.run_id].append(event.body)
        readable = []
        for row in found:
            with suppress(ValidationError):  # stored by another version: of no use to a forecast
                run_costs = [EVENT.validate_json(body) for body in bodies[row.id]]
                readable.append((ANY_CONFIG.validate_json(row.config), run_costs))
        return readable

    def measurements(self, run_id: str) -> list[Measurement]:
        """What was measured in a run, seed by seed, in the order of its stages."""
        query = sa.select(measurements.c.body).where(measurements.c.run_id == run_id).order_by(measurements.c.position)
        with self.engine.connect() as connection, reading(run_id):
            return [Measurement.model_validate_json(row.body) for row in connection.execute(query)]


def append_events(connection: Connection, run_id: str, new: Sequence[Event]) -> None:
    """Add events in their order.

    A run has one writer at a time (its worker, then the process that ends it), so counting on from the last event is
    safe.
    """
    last = connection.execute(
        sa.select(sa.func.coalesce(sa.func.max(events.c.n), 0)).where(events.c.run_id == run_id)
    ).scalar_one()
    rows = [
        {"run_id": run_id, "n": last + i, "kind": e.kind, "body": e.model_dump_json()} for i, e in enumerate(new, 1)
    ]
    connection.execute(events.insert(), rows)
    for i, event in enumerate(new, 1):
        if isinstance(event, Measured):
            m = event.measurement
            key = {"run_id": run_id, "repeat": m.repeat, "variant": m.name}
            connection.execute(measurements.insert().values(**key, position=last + i, body=m.model_dump_json()))
