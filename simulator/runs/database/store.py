"""The runs in SQL; their events are in ``events.py``. SQLite in WAL mode by default; another database by URL.

The web process and the worker processes each open the store for themselves: what one writes the
others read. Nothing here knows what a run means.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy import Connection

from simulator.config.run import RunConfig
from simulator.errors import RunNotFound, UnreadableRun
from simulator.events import Event, RunFailed
from simulator.experiments.config import ExperimentConfig
from simulator.host.paths import data_dir
from simulator.runs.database.events import EventRows, append_events
from simulator.runs.database.labs import LabRows
from simulator.runs.database.notes import Notes, restore_notes
from simulator.runs.database.opened_file import insist_on
from simulator.runs.database.rows import columns_of, expected, now, to_run
from simulator.runs.database.schema import WAITING, events, measurements, notes, open_engine, prepare, runs
from simulator.runs.records import ENDED, Forecast, Origin, Run, RunState, Unreadable

__all__ = ["ENDED", "Forecast", "Origin", "Run", "RunState", "Store", "open_store"]

log = logging.getLogger(__name__)

ADD_TRIES = 5


class Store(EventRows):
    """The runs in one database.

    Args:
        url: A SQLAlchemy URL of SQLite or PostgreSQL.

    Raises:
        NotAvailable: if it is of another database, or none that can be read.
    """

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        prepare(self.engine)
        insist_on(self.engine)
        self.notes, self.labs = Notes(self.engine), LabRows(self.engine)
        self._unreadable: set[str] = set()  # the runs that the log names already

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
            **columns_of(config),
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
            brought: The runs with their events. A run whose id is here already stays as it is here.
            written: Run id -> its note, of runs that are here or brought; a note that is here already stays.

        Returns:
            How many runs were added.
        """
        added = 0
        for tries_left in reversed(range(ADD_TRIES)):  # as in add; one that restores the same run too is found here
            try:
                with self.engine.begin() as connection:
                    added = sum(_restore(connection, run, history) for run, history in brought)
                    restore_notes(connection, written)
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
        """The state of a run, whether or not the rest of it can be read.

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
        """The expected cost and the start of each run that is under way or queued before this one."""
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
                append_events(connection, run_id, [RunFailed(message=message, advice=advice)])
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


def _not_there(run_id: str) -> RunNotFound:
    return RunNotFound(f"There is no run {run_id!r}.", "It may have been deleted; see the Runs page.")


def _restore(connection: Connection, run: Run, history: Sequence[Event]) -> bool:
    """Add a run; False if there is already one with its id."""
    if connection.execute(sa.select(runs.c.id).where(runs.c.id == run.id)).first():
        return False
    values = {**run.model_dump(mode="json"), "config": run.config.model_dump_json(), **columns_of(run.config)}
    values["forecast"] = run.forecast.model_dump_json() if run.forecast else ""
    number = sa.select(sa.func.coalesce(sa.func.max(runs.c.number), 0) + 1).scalar_subquery()
    connection.execute(runs.insert().values(**values, number=number))
    if history:
        append_events(connection, run.id, history)
    return True


@lru_cache(maxsize=4)
def _open(url: str) -> Store:
    return Store(url)


def open_store() -> Store:
    """The store of this process: at KDPS_DATABASE_URL, or a SQLite file in the data directory."""
    url = os.environ.get("KDPS_DATABASE_URL")
    return _open(url or sa.URL.create("sqlite", database=str(data_dir() / "runs.sqlite3")).render_as_string())
