"""Notes about runs in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from simulator.runs.database.rows import now
from simulator.runs.database.schema import notes


class Notes:
    """The notes in one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, run_ids: Iterable[str]) -> dict[str, str]:
        """Run id -> its note, of those runs that have one."""
        query = sa.select(notes.c.run_id, notes.c.body).where(notes.c.run_id.in_(list(run_ids)))
        with self._engine.connect() as connection:
            return {row.run_id: row.body for row in connection.execute(query)}

    def write(self, run_id: str, text: str) -> None:
        """Keep a note in place of the one before; an empty one removes it."""
        mine = notes.c.run_id == run_id
        with self._engine.begin() as connection:
            if not text:
                connection.execute(notes.delete().where(mine))
            elif not connection.execute(notes.update().where(mine).values(body=text, written_at=now())).rowcount:
                connection.execute(notes.insert().values(run_id=run_id, body=text, written_at=now()))


def restore_notes(connection: Connection, written: Mapping[str, str]) -> None:
    """Add notes, run id -> text; a note that is here already stays."""
    noted = set(connection.execute(sa.select(notes.c.run_id)).scalars())
    for run_id in written.keys() - noted:
        connection.execute(notes.insert().values(run_id=run_id, body=written[run_id], written_at=now()))
