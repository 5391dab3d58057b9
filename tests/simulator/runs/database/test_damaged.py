"""A power cut, a bad disk or a careless copy: what SQLite makes of such a file, and what is said of the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from simulator.config.run import make_config
from simulator.errors import NotAvailable, SimulatorError, StorageFault, UnreadableRun
from simulator.events import LossPoint
from simulator.host.faults import FAULTS, in_words
from simulator.runs.database.schema import runs
from simulator.runs.database.store import Store

PAGE = 4096
LOSSES = [LossPoint(variant="control", step=n, epoch=0.5, total=0.7, hard=0.7, learning_rate=1e-3) for n in range(100)]
FLIPPED = 0xFF


def store_at(folder: Path) -> Store:
    folder.mkdir(exist_ok=True)
    return Store(f"sqlite:///{folder / 'runs.sqlite3'}")


def add(store: Store, names: str) -> None:
    for name in names:
        store.add(name, make_config({}), None)
        store.append(name, LOSSES)
        store.finish(name, "finished")


def files(store: Store) -> tuple[bytes, bytes]:
    """The database and its write-ahead log, as a power cut leaves them."""
    path = store.engine.url.database or ""
    return Path(path).read_bytes(), Path(f"{path}-wal").read_bytes()


def settled(store: Store) -> bytes:
    """The database with everything in its one file."""
    with store.engine.connect() as connection:
        connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    return files(store)[0]


def put(folder: Path, database: bytes, log: bytes | None) -> Path:
    folder.mkdir()
    (folder / "runs.sqlite3").write_bytes(database)
    if log is not None:
        (folder / "runs.sqlite3-wal").write_bytes(log)
    return folder


TEARS: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda log: log[: len(log) // 2],
    "zeros at the end": lambda log: log[: len(log) // 2] + bytes(len(log) - len(log) // 2),
    "zeros in the middle": lambda log: log[: len(log) // 2] + bytes(PAGE) + log[len(log) // 2 + PAGE :],
    "a flipped byte": lambda log: flipped(log, len(log) // 2),
    "a flipped byte in its head": lambda log: flipped(log, 9),
    "nothing": lambda log: b"",
}


def flipped(content: bytes, *places: int) -> bytes:
    changed = bytearray(content)
    for place in places:
        changed[place] ^= FLIPPED
    return bytes(changed)


@pytest.mark.parametrize("tear", TEARS)
def test_a_torn_log_costs_what_came_last_and_nothing_else(tmp_path: Path, tear: str) -> None:
    whole = store_at(tmp_path / "whole")
    add(whole, "abc")
    settled(whole)
    add(whole, "defghi")
    database, log = files(whole)
    store = store_at(put(tmp_path / "torn", database, TEARS[tear](log)))
    there = [run.id for run in reversed(store.list_runs())]
    assert there == list("abcdefghi")[: len(there)] and len(there) >= 3
    assert all([event for _, event in store.events(name)][:100] == LOSSES for name in there[:-1])
    add(store, "x")
    assert store.get("x").state == "finished"
    for opened in (whole, store):
        opened.close()


def uses(store: Store) -> list[Callable[[], object]]:
    return [
        store.list_runs,
        lambda: [store.events(name) for name in "abdx"],
        store.sizes,
        lambda: add(store, "x"),
        lambda: store.delete("b"),
    ]


def test_whatever_is_damaged_every_use_works_or_says_what_to_do(tmp_path: Path) -> None:
    whole, draw = store_at(tmp_path / "whole"), Random(1)
    add(whole, "abc")
    before = settled(whole)
    whole.delete("c")
    add(whole, "def")
    log = files(whole)[1]
    after = settled(whole)
    whole.close()
    heard = set[str]()
    for number in range(40):
        if number % 2:  # the pages of two moments in one file, as where a log that was being carried over is lost
            damaged = b"".join(draw.choice((before, after))[n : n + PAGE] for n in range(0, len(after), PAGE))
        else:
            damaged = flipped(after, draw.randrange(100, PAGE), *(draw.randrange(len(after)) for _ in range(4)))
        folder = put(tmp_path / str(number), damaged, (None, log[: len(log) // 2])[number % 4 > 1])
        try:
            store = store_at(folder)
        except SimulatorError as error:
            heard.add(str(error))
            continue
        for use in uses(store):
            try:
                use()
            except FAULTS as error:
                heard.add(str(in_words(error)))
        store.close()
    assert any("The database of the runs is damaged" in words for words in heard)
    assert not any("decode" in words for words in heard)


def test_a_flipped_byte_in_one_run_makes_that_one_unreadable(tmp_path: Path) -> None:
    whole = store_at(tmp_path / "whole")
    add(whole, "abc")
    with whole.engine.begin() as connection:
        connection.execute(runs.update().where(runs.c.id == "b").values(config='{"here"'))
    database = settled(whole)
    store = store_at(put(tmp_path / "flipped", flipped(database, database.index(b'{"here"') + 3), None))
    assert [run.id for run in store.list_runs()] == ["c", "a"]
    assert [run.id for run in store.unreadable_runs()] == ["b"]
    with pytest.raises(UnreadableRun):
        store.get("b")
    for opened in (whole, store):
        opened.close()


@pytest.mark.parametrize("content", [b"x" * 5000, flipped(b"SQLite format 3\0" + bytes(5000), 3)])
def test_a_file_that_is_no_database_is_to_be_moved_away(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotAvailable, match=r"not a database.*move the file away.*-wal"):
        store_at(put(tmp_path / "other", content, None))


def test_a_damaged_description_of_the_tables_is_called_damaged(tmp_path: Path) -> None:
    whole = store_at(tmp_path / "whole")
    database = settled(whole)
    whole.close()
    names = [database.index(b"\trun_id VARCHAR"), database.index(b"CREATE TABLE") + 2]
    for number, place in enumerate(names):
        with pytest.raises(StorageFault, match="damaged"):
            store_at(put(tmp_path / str(number), flipped(database, place), None))
