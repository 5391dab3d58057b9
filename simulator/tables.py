"""The tables that the store keeps, and how a database is made ready for them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

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

WAITING = sa.and_(runs.c.state == "queued", runs.c.origin == "app")
"""Queued for a server; a run of the command line is carried out by the process that submitted it."""


def prepare(engine: Engine) -> None:
    """Make the tables that are not there.

    IF NOT EXISTS, not ``create_all``'s look first: a server and a command line may start at the same moment.
    """
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _configure_sqlite)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))


def _configure_sqlite(connection: Any, record: object) -> None:
    """WAL lets readers and one writer work at once; a writer waits up to 10 s for another."""
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
