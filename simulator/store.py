"""Runs, their events and their measurements in SQL. SQLite in WAL mode by default; another database by URL.

The web process and the worker processes each open the store for themselves: what one writes the
others read. Nothing here knows what a run means.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Engine, Row

from simulator.config import RunConfig
from simulator.errors import RunNotFound
from simulator.events import EVENT, Event, Measured, Measurement
from simulator.paths import data_dir

RunState = Literal["queued", "running", "finished", "failed", "cancelled", "interrupted"]
Origin = Literal["app", "cli", "recorded"]

ENDED: tuple[RunState, ...] = ("finished", "failed", "cancelled", "interrupted")

metadata = sa.MetaData()

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False, unique=True),  # the order of submission
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("origin", sa.String(16), nullable=False),
    sa.Column("config", sa.Text, nullable=False),
    sa.Column("forecast", sa.Text, nullable=False),
    sa.Column("created_at", sa.String(32), nullable=False),
    sa.Column("started_at", sa.String(32)),
    sa.Column("finished_at", sa.String(32)),
    sa.Column("process", sa.String(64)),  # "pid@create-time" of the process that carries it out
    sa.Column("cancel_requested", sa.Boolean, nullable=False, default=False),
    sa.Column("message", sa.Text, nullable=False, default=""),
    sa.Column("advice", sa.Text, nullable=False, default=""),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("run_id", sa.String(32), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),  # 1, 2, 3, ... within a run
    sa.Column("body", sa.Text, nullable=False),
)

measurements = sa.Table(
    "measurements",
    metadata,
    sa.Column("run_id", sa.String(32), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("variant", sa.String(16), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)


class Forecast(BaseModel):
    """What a run is expected to cost, and on what the expectation rests.

    Attributes:
        basis: "recent runs" of this machine, or "estimate" from the size of the work.
    """

    model_config = ConfigDict(frozen=True)

    seconds: float
    peak_memory_mb: float
    basis: Literal["recent runs", "estimate"]


class Run(BaseModel):
    """A run as the store knows it. Times are UTC."""

    model_config = ConfigDict(frozen=True)

    id: str
    state: RunState
    origin: Origin
    config: RunConfig
    forecast: Forecast | None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    process: str | None = None
    cancel_requested: bool = False
    message: str = ""
    advice: str = ""


def now() -> str:
    """The time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat()


class Store:
    """The runs in one database.

    Args:
        url: A SQLAlchemy database URL.
    """

    def __init__(self, url: str) -> None:
        self.engine: Engine = sa.create_engine(url)
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _configure_sqlite)
        metadata.create_all(self.engine)

    # -- runs

    def add(self, run_id: str, config: RunConfig, forecast: Forecast | None, origin: Origin = "app") -> None:
        """A new run, queued behind the others."""
        number = sa.select(sa.func.coalesce(sa.func.max(runs.c.number), 0) + 1).scalar_subquery()
        with self.engine.begin() as connection:
            connection.execute(
                runs.insert().values(
                    id=run_id,
                    number=number,
                    state="queued",
                    origin=origin,
                    config=config.model_dump_json(),
                    forecast=forecast.model_dump_json() if forecast else "",
                    created_at=now(),
                )
            )

    def get(self, run_id: str) -> Run:
        """The run with this id.

        Raises:
            RunNotFound: if there is none.
        """
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(runs).where(runs.c.id == run_id)).first()
        if row is None:
            raise RunNotFound(f"There is no run {run_id!r}.", "It may have been deleted; see the Runs page.")
        return _to_run(row)

    def list(self, states: Iterable[RunState] | None = None) -> list[Run]:
        """All runs, or those in the given states, the newest first."""
        query = sa.select(runs).order_by(runs.c.number.desc())
        if states is not None:
            query = query.where(runs.c.state.in_(list(states)))
        with self.engine.connect() as connection:
            return [_to_run(row) for row in connection.execute(query)]

    def queue_position(self, run_id: str) -> int | None:
        """1 for the run that is next, 2 for the one after; None if it is not queued."""
        mine = sa.select(runs.c.number).where(runs.c.id == run_id, runs.c.state == "queued").scalar_subquery()
        query = sa.select(sa.func.count()).where(runs.c.state == "queued", runs.c.number <= mine)
        with self.engine.connect() as connection:
            return connection.execute(query).scalar_one() or None

    def claim_next(self, process: str) -> str | None:
        """Take the run that has waited longest and mark it running; None if none waits.

        The state is checked again by the update, so that two servers on one database never take the same run.
        """
        oldest = sa.select(runs.c.id).where(runs.c.state == "queued").order_by(runs.c.number).limit(1)
        with self.engine.begin() as connection:
            run_id = connection.execute(oldest).scalar()
            return run_id if run_id and self._start(connection, run_id, process) else None

    def start(self, run_id: str, process: str) -> bool:
        """Mark a queued run as running in ``process``; False if it was not queued."""
        with self.engine.begin() as connection:
            return self._start(connection, run_id, process)

    def _start(self, connection: Connection, run_id: str, process: str) -> bool:
        change = runs.update().where(runs.c.id == run_id, runs.c.state == "queued")
        return connection.execute(change.values(state="running", started_at=now(), process=process)).rowcount == 1

    def finish(self, run_id: str, state: RunState, message: str = "", advice: str = "") -> bool:
        """End a run that is queued or running; False if it had ended already."""
        change = runs.update().where(runs.c.id == run_id, runs.c.state.not_in(ENDED))
        values = {"state": state, "finished_at": now(), "message": message, "advice": advice}
        with self.engine.begin() as connection:
            return connection.execute(change.values(**values)).rowcount == 1

    def request_cancel(self, run_id: str) -> None:
        """Ask the server that owns the run to stop it."""
        with self.engine.begin() as connection:
            connection.execute(runs.update().where(runs.c.id == run_id).values(cancel_requested=True))

    def delete(self, run_id: str) -> None:
        """Remove a run with its events and measurements."""
        with self.engine.begin() as connection:
            for table in (measurements, events):
                connection.execute(table.delete().where(table.c.run_id == run_id))
            connection.execute(runs.delete().where(runs.c.id == run_id))

    # -- what runs say

    def append(self, run_id: str, new: Iterable[Event]) -> None:
        """Add events in their order; a :class:`Measured` also becomes a measurement."""
        new = list(new)
        if not new:
            return
        with self.engine.begin() as connection:
            last = connection.execute(
                sa.select(sa.func.coalesce(sa.func.max(events.c.n), 0)).where(events.c.run_id == run_id)
            ).scalar_one()
            rows = [{"run_id": run_id, "n": last + i, "body": e.model_dump_json()} for i, e in enumerate(new, 1)]
            connection.execute(events.insert(), rows)
            for i, event in enumerate(new, 1):
                if isinstance(event, Measured):
                    m = event.measurement
                    connection.execute(
                        measurements.insert().values(
                            run_id=run_id, variant=m.name, position=last + i, body=m.model_dump_json()
                        )
                    )

    def events(self, run_id: str, after: int = 0) -> list[tuple[int, Event]]:
        """The events of a run whose number is above ``after``, with their numbers."""
        query = sa.select(events.c.n, events.c.body).where(events.c.run_id == run_id, events.c.n > after)
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(events.c.n)).all()
        return [(row.n, EVENT.validate_json(row.body)) for row in rows]

    def measurements(self, run_id: str) -> list[Measurement]:
        """What was measured in a run, in the order of its stages."""
        query = sa.select(measurements.c.body).where(measurements.c.run_id == run_id).order_by(measurements.c.position)
        with self.engine.connect() as connection:
            return [Measurement.model_validate_json(row.body) for row in connection.execute(query)]


def _configure_sqlite(connection: Any, record: object) -> None:
    """WAL lets readers and one writer work at once; a writer waits up to 10 s for another."""
    for pragma in ("journal_mode=WAL", "busy_timeout=10000", "foreign_keys=ON", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _to_run(row: Row[Any]) -> Run:
    values = {k: v for k, v in row._mapping.items() if k != "number"}
    values["config"] = RunConfig.model_validate_json(values["config"])
    values["forecast"] = Forecast.model_validate_json(values["forecast"]) if values["forecast"] else None
    return Run(**values)


@lru_cache(maxsize=4)
def _open(url: str) -> Store:
    return Store(url)


def open_store() -> Store:
    """The store of this process: at KDPS_DATABASE_URL, or a SQLite file in the data directory."""
    return _open(os.environ.get("KDPS_DATABASE_URL") or f"sqlite:///{data_dir() / 'runs.sqlite3'}")
