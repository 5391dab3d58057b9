"""Runs, their events and their measurements in SQL. SQLite in WAL mode by default; another database by URL.

The web process and the worker processes each open the store for themselves: what one writes the
others read. Nothing here knows what a run means.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection, Engine

from simulator.config.run import RunConfig
from simulator.errors import RunNotFound, UnreadableRun
from simulator.events import EVENT, Described, Event, Measured, Measurement, RunFailed
from simulator.experiments.config import ANY_CONFIG, ExperimentConfig
from simulator.host.paths import data_dir
from simulator.runs.database.opened_file import insist_on
from simulator.runs.database.rows import expected, reading, to_run
from simulator.runs.database.schema import WAITING, events, measurements, notes, open_engine, prepare, runs
from simulator.runs.records import ENDED, Forecast, Origin, Run, RunState, Unreadable

__all__ = ["ENDED", "Forecast", "Origin", "Run", "RunState", "Store", "open_store"]

log = logging.getLogger(__name__)

COST_EVENTS = ("stage_finished", "finished")
ADD_TRIES = 5


def now() -> str:
    """The time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat()


class Store:
    """The runs in one database.

    Args:
        url: A SQLAlchemy URL of SQLite or PostgreSQL.

    Raises:
        NotAvailable: if it is of another database, or none that can be read.
    """

    def __init__(self, url: str) -> None:
        self.engine: Engine = open_engine(url)
        prepare(self.engine)
        insist_on(self.engine)
        self._unreadable: set[str] = set()  # of which the log has been told

    def close(self) -> None:
        """Close the connections to the database; a later call opens new ones."""
        self.engine.dispose()

    # -- runs

    def add(
        self, run_id: str, config: RunConfig | ExperimentConfig, forecast: Forecast | None, origin: Origin = "app"
    ) -> None:
        """A new run, queued behind the others."""
        new = runs.insert().values(
            id=run_id,
            number=sa.select(sa.func.coalesce(sa.func.max(runs.c.number), 0) + 1).scalar_subquery(),
            state="queued",
            origin=origin,
            config=config.model_dump_json(),
            forecast=forecast.model_dump_json() if forecast else "",
            created_at=now(),
        )
        # Two clients of a database server may find the same highest number; the refused one finds the next.
        for tries_left in reversed(range(ADD_TRIES)):
            try:
                with self.engine.begin() as connection:
                    connection.execute(new)
                return
            except sa.exc.IntegrityError:
                if not tries_left:
                    raise

    def restore(self, brought: Sequence[tuple[Run, Sequence[Event]]], written: Mapping[str, str]) -> int:
        """Add runs that have ended elsewhere, with their events and notes: all of them, or none if anything fails.

        Args:
            brought: The runs with what they said. One whose id is here already stays as it is here.
            written: Run id -> its note, of runs that are here or brought; a note that is here already stays.

        Returns:
            How many runs were added.
        """
        added = 0
        for tries_left in reversed(range(ADD_TRIES)):  # as in add; one that restores the same run too is found here
            try:
                with self.engine.begin() as connection:
                    added = sum(_restore(connection, run, said) for run, said in brought)
                    noted = set(connection.execute(sa.select(notes.c.run_id)).scalars())
                    for run_id in written.keys() - noted:
                        connection.execute(notes.insert().values(run_id=run_id, body=written[run_id], written_at=now()))
                break
            except sa.exc.IntegrityError:
                if not tries_left:
                    raise
        return added

    def get(self, run_id: str) -> Run:
        """The run with this id.

        Raises:
            RunNotFound: if there is none.
            UnreadableRun: if it is there and cannot be read.
        """
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(runs).where(runs.c.id == run_id)).first()
        if row is None:
            raise _not_there(run_id)
        return to_run(row)

    def list_runs(self, states: Iterable[RunState] | None = None) -> list[Run]:
        """All runs, or those in the given states, the newest first; without those that cannot be read."""
        return self._read(states)[0]

    def unreadable_runs(self) -> list[Unreadable]:
        """The runs that are here and cannot be read, the newest first."""
        return self._read(None)[1]

    def _read(self, states: Iterable[RunState] | None) -> tuple[list[Run], list[Unreadable]]:
        query = sa.select(runs).order_by(runs.c.number.desc())
        if states is not None:
            query = query.where(runs.c.state.in_(list(states)))
        found, unreadable = list[Run](), list[Unreadable]()
        with self.engine.connect() as connection:
            for row in connection.execute(query):
                try:
                    found.append(to_run(row))
                except UnreadableRun as error:
                    unreadable.append(Unreadable(row.id, row.state, error.message))
                    if row.id not in self._unreadable:  # once: a page asks for the list again and again
                        log.warning("%s It is left out of the list. %s", error.message, error.__cause__)
                        self._unreadable.add(row.id)
        return found, unreadable

    def state_of(self, run_id: str) -> str:
        """In what state a run is, whether or not the rest of it can be read.

        Raises:
            RunNotFound: if there is none.
        """
        with self.engine.connect() as connection:
            state: str | None = connection.execute(sa.select(runs.c.state).where(runs.c.id == run_id)).scalar()
        if state is None:
            raise _not_there(run_id)
        return state

    def queue_position(self, run_id: str) -> int | None:
        """1 for the run that is next, 2 for the one after; None if it is not queued."""
        mine = sa.select(runs.c.number).where(runs.c.id == run_id, WAITING).scalar_subquery()
        query = sa.select(sa.func.count()).where(WAITING, runs.c.number <= mine)
        with self.engine.connect() as connection:
            return connection.execute(query).scalar_one() or None

    def ahead_of(self, run_id: str) -> list[tuple[Forecast | None, datetime | None]]:
        """Of each run that is under way or waits before this one: what it is expected to cost, and when it started."""
        mine = sa.select(runs.c.number).where(runs.c.id == run_id).scalar_subquery()
        under_way = sa.and_(runs.c.state == "running", runs.c.origin == "app")
        query = sa.select(runs.c.forecast, runs.c.started_at).where(
            sa.or_(under_way, sa.and_(WAITING, runs.c.number < mine))
        )
        with self.engine.connect() as connection:
            return [expected(row.forecast, row.started_at) for row in connection.execute(query)]

    def is_waiting(self) -> bool:
        """Whether a run is queued for a server."""
        with self.engine.connect() as connection:
            return bool(connection.execute(sa.select(sa.exists().where(WAITING))).scalar())

    def claim_next(self, process: str) -> str | None:
        """Take the run that has waited longest and mark it running; None if none waits.

        The state is checked again by the update, so that two servers on one database never take the same run.
        """
        oldest = sa.select(runs.c.id).where(WAITING).order_by(runs.c.number).limit(1)
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

    def finish(
        self,
        run_id: str,
        state: RunState,
        message: str = "",
        advice: str = "",
        was: Iterable[RunState] = ("queued", "running"),
    ) -> bool:
        """End a run; one that ends early also says so itself, with a :class:`RunFailed`.

        Args:
            state: One of ``ENDED``.
            message, advice: What happened and what to do; empty for "finished".
            was: The states from which it is ended.

        Returns:
            False if the run was in none of the states ``was``: then nothing is changed.
        """
        change = runs.update().where(runs.c.id == run_id, runs.c.state.in_(list(was)))
        values = {"state": state, "finished_at": now(), "message": message, "advice": advice}
        with self.engine.begin() as connection:
            ended = connection.execute(change.values(**values)).rowcount == 1
            if ended and state != "finished":
                _append(connection, run_id, [RunFailed(message=message, advice=advice)])
        return ended

    def request_cancel(self, run_id: str) -> bool:
        """Ask the server that carries out a run to stop it; False if no server does. The run need not be readable."""
        under_way = runs.update().where(runs.c.id == run_id, runs.c.state == "running", runs.c.origin == "app")
        with self.engine.begin() as connection:
            return connection.execute(under_way.values(cancel_requested=True)).rowcount == 1

    def cancel_requests(self, among: Iterable[str]) -> list[str]:
        """Those of the given runs that somebody has asked to stop."""
        query = sa.select(runs.c.id).where(runs.c.id.in_(list(among)), runs.c.cancel_requested)
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def running(self) -> list[tuple[str, str]]:
        """The runs that are marked running: id and process."""
        query = sa.select(runs.c.id, runs.c.process).where(runs.c.state == "running")
        with self.engine.connect() as connection:
            return [(row.id, row.process) for row in connection.execute(query)]

    def delete(self, run_id: str) -> None:
        """Remove a run with its events, measurements and note."""
        with self.engine.begin() as connection:
            for table in (measurements, events, notes):
                connection.execute(table.delete().where(table.c.run_id == run_id))
            connection.execute(runs.delete().where(runs.c.id == run_id))

    # -- what runs say

    def append(self, run_id: str, new: Iterable[Event]) -> None:
        """Add events in their order; a :class:`Measured` also becomes a measurement."""
        new = list(new)
        if new:
            with self.engine.begin() as connection:
                _append(connection, run_id, new)

    def events(self, run_id: str, after: int = 0) -> list[tuple[int, Event]]:
        """The events of a run whose number is above ``after``, with their numbers."""
        query = sa.select(events.c.n, events.c.body).where(events.c.run_id == run_id, events.c.n > after)
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(events.c.n)).all()
        with reading(run_id):
            return [(row.n, EVENT.validate_json(row.body)) for row in rows]

    def described(self, run_id: str) -> Described | None:
        """What a run said of its teacher and its machine, without reading its other events; None if it never did."""
        # the first field of a record stands first in its JSON
        query = sa.select(events.c.body).where(
            events.c.run_id == run_id, events.c.body.startswith('{"kind":"described"', autoescape=True)
        )
        with self.engine.connect() as connection:
            body = connection.execute(query.order_by(events.c.n).limit(1)).scalar()
        with reading(run_id):
            return Described.model_validate_json(body) if body else None

    def sizes(self) -> dict[str, int]:
        """How many characters the events of each run have."""
        query = sa.select(events.c.run_id, sa.func.sum(sa.func.length(events.c.body))).group_by(events.c.run_id)
        with self.engine.connect() as connection:
            return {run_id: int(size) for run_id, size in connection.execute(query)}

    def recent_costs(self, model: str, limit: int = 5) -> list[tuple[RunConfig, list[Event]]]:
        """What the latest finished runs of a model took: settings, and each StageFinished and RunFinished.

        Imported runs may come from another machine, and are left out.
        """
        found = self._recent(f'{{"model":"{model}"', limit)
        return [(config, said) for config, said in found if isinstance(config, RunConfig)]

    def recent_experiments(self, name: str, model: str, limit: int = 5) -> list[tuple[ExperimentConfig, list[Event]]]:
        """The same of the latest finished runs of an experiment with a model."""
        found = self._recent(f'{{"kind":"experiment","name":"{name}","base":{{"model":"{model}"', limit)
        return [(config, said) for config, said in found if isinstance(config, ExperimentConfig)]

    def _recent(self, beginning: str, limit: int) -> list[tuple[RunConfig | ExperimentConfig, list[Event]]]:
        """What the latest finished runs of this machine took whose config's JSON begins so: its first fields."""
        alike = runs.c.config.startswith(beginning, autoescape=True)
        here = runs.c.origin != "imported"
        recent = sa.select(runs.c.id, runs.c.config).where(alike, here, runs.c.state == "finished")
        costs = sa.or_(*(events.c.body.startswith(f'{{"kind":"{kind}"', autoescape=True) for kind in COST_EVENTS))
        with self.engine.connect() as connection:
            found = connection.execute(recent.order_by(runs.c.number.desc()).limit(limit)).all()
            bodies: dict[str, list[str]] = {row.id: [] for row in found}
            query = sa.select(events.c.run_id, events.c.body).where(events.c.run_id.in_(list(bodies)), costs)
            for event in connection.execute(query.order_by(events.c.run_id, events.c.n)):
                bodies[event.run_id].append(event.body)
        readable = []
        for row in found:
            with suppress(ValidationError):  # stored by another version: no help to a forecast
                said = [EVENT.validate_json(body) for body in bodies[row.id]]
                readable.append((ANY_CONFIG.validate_json(row.config), said))
        return readable

    def measurements(self, run_id: str) -> list[Measurement]:
        """What was measured in a run, seed by seed, in the order of its stages."""
        query = sa.select(measurements.c.body).where(measurements.c.run_id == run_id).order_by(measurements.c.position)
        with self.engine.connect() as connection, reading(run_id):
            return [Measurement.model_validate_json(row.body) for row in connection.execute(query)]


def _not_there(run_id: str) -> RunNotFound:
    return RunNotFound(f"There is no run {run_id!r}.", "It may have been deleted; see the Runs page.")


def _restore(connection: Connection, run: Run, said: Sequence[Event]) -> bool:
    """False if there is a run with its id already."""
    if connection.execute(sa.select(runs.c.id).where(runs.c.id == run.id)).first():
        return False
    values = {**run.model_dump(mode="json"), "config": run.config.model_dump_json()}
    values["forecast"] = run.forecast.model_dump_json() if run.forecast else ""
    number = sa.select(sa.func.coalesce(sa.func.max(runs.c.number), 0) + 1).scalar_subquery()
    connection.execute(runs.insert().values(**values, number=number))
    if said:
        _append(connection, run.id, said)
    return True


def _append(connection: Connection, run_id: str, new: Sequence[Event]) -> None:
    """A run has one writer at a time (its worker, then whoever ends it), so counting on from the last is safe."""
    last = connection.execute(
        sa.select(sa.func.coalesce(sa.func.max(events.c.n), 0)).where(events.c.run_id == run_id)
    ).scalar_one()
    rows = [{"run_id": run_id, "n": last + i, "body": e.model_dump_json()} for i, e in enumerate(new, 1)]
    connection.execute(events.insert(), rows)
    for i, event in enumerate(new, 1):
        if isinstance(event, Measured):
            m = event.measurement
            key = {"run_id": run_id, "repeat": m.repeat, "variant": m.name}
            connection.execute(measurements.insert().values(**key, position=last + i, body=m.model_dump_json()))


@lru_cache(maxsize=4)
def _open(url: str) -> Store:
    return Store(url)


def open_store() -> Store:
    """The store of this process: at KDPS_DATABASE_URL, or a SQLite file in the data directory."""
    url = os.environ.get("KDPS_DATABASE_URL")
    return _open(url or sa.URL.create("sqlite", database=str(data_dir() / "runs.sqlite3")).render_as_string())
