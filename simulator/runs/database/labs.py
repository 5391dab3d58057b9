"""How far the guided labs are, in SQL. What a record of it means, only the labs know."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Engine

from simulator.runs.database.schema import lab_progress as table


class LabRows:
    """The progress in labs in one database: one record for each progress and lab."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self, progress: str) -> dict[str, str]:
        """Lab -> its record."""
        query = sa.select(table.c.lab, table.c.body).where(table.c.progress == progress)
        with self._engine.connect() as connection:
            return {row.lab: row.body for row in connection.execute(query)}

    def add(self, progress: str, lab: str, body: str) -> bool:
        """Add a record; False if there is one already, which stays."""
        try:
            with self._engine.begin() as connection:
                connection.execute(table.insert().values(progress=progress, lab=lab, body=body))
        except sa.exc.IntegrityError:
            return False
        return True

    def replace(self, progress: str, lab: str, before: str, after: str) -> bool:
        """Write a record in place of another; False if that is no longer the one which is there."""
        mine = (table.c.progress == progress, table.c.lab == lab, table.c.body == before)
        with self._engine.begin() as connection:
            return connection.execute(table.update().where(*mine).values(body=after)).rowcount == 1
