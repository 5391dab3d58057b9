"""The tables that the store keeps, and how a database is made ready for them."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection, Engine

from simulator.errors import NotAvailable, StorageFault
from simulator.events import EVENT_KINDS
from simulator.experiments.config import ANY_CONFIG
from simulator.host.faults import DAMAGED, in_words, is_damage, may_pass
from simulator.runs.database.rows import columns_of

metadata = sa.MetaData()

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False, unique=True),  # the order of submission
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("origin", sa.String(16), nullable=False),
    sa.Column("config", sa.Text, nullable=False),
    sa.Column("model", sa.String(32), nullable=False, server_default=""),  # of all cells, where it is an experiment
    sa.Column("experiment", sa.String(32), nullable=False, server_default=""),  # its name; "" of an ordinary run
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
    sa.Column("kind", sa.String(32), nullable=False, server_default=""),  # of the event
    sa.Column("body", sa.Text, nullable=False),
)

measurements = sa.Table(
    "variant_measurements",
    metadata,
    sa.Column("run_id", sa.String(32), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("repeat", sa.Integer, primary_key=True),  # 0 is the first seed
    sa.Column("variant", sa.String(16), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

notes = sa.Table(
    "notes",
    metadata,
    sa.Column("run_id", sa.String(32), primary_key=True),  # of a recorded run, too, which is in no table
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("written_at", sa.String(32), nullable=False),
)

lab_progress = sa.Table(
    "lab_progress",
    metadata,
    sa.Column("progress", sa.String(32), primary_key=True),  # a student's, or that of several who share a link
    sa.Column("lab", sa.String(32), primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)

VERSION = 2
"""Of these tables. A version that an earlier one could not write to, or would read wrongly, has the next number."""

versions = sa.Table("table_versions", metadata, sa.Column("version", sa.Integer, primary_key=True))

EARLIER_MEASUREMENTS = "measurements"
"""The table of versions whose runs had one seed: it had no column ``repeat``."""

WAITING = sa.and_(runs.c.state == "queued", runs.c.origin == "app")
"""Queued for a server; a run of the command line is carried out by the process that submitted it."""


CONNECT_SECONDS = 5
BUSY_SECONDS = 10.0
DATABASES = ("sqlite", "postgresql")
"""MySQL has no CREATE INDEX IF NOT EXISTS, and its TEXT ends at 64 kB, which a measurement with its layers passes."""


def open_engine(url: str) -> Engine:
    """A database by its URL.

    Raises:
        NotAvailable: if it is of a kind that cannot keep the runs, or its driver is not installed.
    """
    advice = "Choose a URL that begins with sqlite:// or postgresql:// for KDPS_DATABASE_URL, or leave it empty."
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise NotAvailable("KDPS_DATABASE_URL is no database URL.", advice) from error
    if parsed.get_backend_name() not in DATABASES:
        raise NotAvailable(f"Runs cannot be kept in a database of the kind {parsed.get_backend_name()}.", advice)
    patience = {"connect_timeout": CONNECT_SECONDS} if parsed.get_driver_name() in ("psycopg", "psycopg2") else {}
    try:
        return sa.create_engine(parsed, connect_args=patience)
    except sa.exc.NoSuchModuleError as error:
        raise NotAvailable(f"SQLAlchemy knows no driver for {parsed.drivername}.", advice) from error
    except ModuleNotFoundError as error:
        raise NotAvailable(
            f"The driver {error.name!r} of this database is not installed.", f"Install it: pip install {error.name}"
        ) from error


def prepare(engine: Engine) -> None:
    """Make the tables that are not there.

    IF NOT EXISTS, not ``create_all``'s look first: a server and a command line may start at the same moment.

    Raises:
        NotAvailable: if the database cannot be reached, or not be written to, or a newer version made it.
        StorageFault: if it is locked or damaged, or its disk is full.
    """
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _configure_sqlite)
    try:
        with engine.begin() as connection:
            connection.execute(sa.schema.CreateTable(versions, if_not_exists=True))
            _check_version(connection)
            for table in metadata.sorted_tables:
                connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
            _upgrade(connection)
            for table in metadata.sorted_tables:
                for index in table.indexes:
                    connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))
            if sa.inspect(connection).has_table(EARLIER_MEASUREMENTS):
                _take_over_measurements(connection)
    except UnicodeDecodeError as error:  # SQLite quotes the damaged description of a table
        raise StorageFault(*DAMAGED) from error
    except sa.exc.DatabaseError as error:
        if may_pass(error) or is_damage(error):
            raise in_words(error) from error
        raise NotAvailable(
            f"The database of the runs, {engine.url.render_as_string()}, cannot be opened: {error.orig}.",
            f"{in_words(error).advice} KDPS_DATABASE_URL can name another database.",
        ) from error


def _check_version(connection: Connection) -> None:
    """Refuse the tables of a newer version."""
    newest = connection.execute(sa.select(sa.func.max(versions.c.version))).scalar()
    if newest is not None and newest > VERSION:
        raise NotAvailable(
            "The database of the runs was made by a newer version of this app.",
            "Update the app; or set KDPS_DATA_DIR or KDPS_DATABASE_URL to another place.",
        )


def _upgrade(connection: Connection) -> None:
    """Bring the tables of an earlier version to this one, and mark them as such.

    The mark comes first: writing it locks the table, so of two processes that start at once one upgrades, and the
    other waits and finds the mark.
    """
    insert = import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert  # each takes 2 MB
    mark = insert(versions).values(version=VERSION).on_conflict_do_nothing().returning(versions.c.version)
    if connection.execute(mark).first():
        _rename_experiments(connection)
        _fill_columns(connection)


def _rename_experiments(connection: Connection) -> None:
    """Before version 2 an experiment was called a study. In a text that somebody wrote, a quotation mark is escaped."""
    for column, old, new in (
        (runs.c.config, '{"kind":"study","study":"', '{"kind":"experiment","name":"'),
        (events.c.body, '"stage":"study"', '"stage":"experiment"'),
    ):
        renamed = sa.update(column.table).where(column.contains(old, autoescape=True))
        connection.execute(renamed.values({column: sa.func.replace(column, old, new)}))


def _fill_columns(connection: Connection) -> None:
    """Before version 2 a query read the beginning of a JSON text. What cannot be read is found by no such query."""
    for column in (runs.c.model, runs.c.experiment, events.c.kind):
        if column.name not in {there["name"] for there in sa.inspect(connection).get_columns(column.table.name)}:
            added = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
            connection.execute(sa.text(f"ALTER TABLE {column.table.name} ADD COLUMN {added}"))
    for row in connection.execute(sa.select(runs.c.id, runs.c.config)).all():
        with suppress(ValidationError):
            values = columns_of(ANY_CONFIG.validate_json(row.config))
            connection.execute(runs.update().where(runs.c.id == row.id).values(values))
    for kind in EVENT_KINDS:
        of_kind = events.c.body.startswith(f'{{"kind":"{kind}"', autoescape=True)
        connection.execute(events.update().where(of_kind).values(kind=kind))


def _take_over_measurements(connection: Connection) -> None:
    """Copy what an earlier version measured, as the first seed's; what was copied before is left as it is.

    The old table stays: its key cannot be changed in SQLite, and the earlier version can still open the file. Its
    rows go with their runs, by its own ON DELETE CASCADE.
    """
    old = sa.table(EARLIER_MEASUREMENTS, *(sa.column(name) for name in ("run_id", "variant", "position", "body")))
    new = measurements.c
    there = sa.exists().where(new.run_id == old.c.run_id, new.variant == old.c.variant, new.repeat == 0)
    rows = sa.select(old.c.run_id, sa.literal(0), old.c.variant, old.c.position, old.c.body).where(~there)
    connection.execute(measurements.insert().from_select(["run_id", "repeat", "variant", "position", "body"], rows))


def _configure_sqlite(connection: Any, record: object) -> None:
    """WAL lets readers and one writer work at once; a writer waits for another.

    Text that is damaged is read all the same: only the run that it belongs to is then unreadable.
    """
    connection.text_factory = lambda text: text.decode(errors="replace")
    for pragma in (
        f"busy_timeout={1000 * BUSY_SECONDS:.0f}",
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=NORMAL",
    ):
        connection.execute(f"PRAGMA {pragma}")
