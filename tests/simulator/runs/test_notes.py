"""What a student writes about a run is kept as it was written, until it is written anew or the run goes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from simulator.config.run import make_config
from simulator.errors import RunNotFound, SimulatorError
from simulator.runs import notes, recorded, service
from simulator.runs.database.schema import notes as table
from simulator.runs.database.store import Store


@pytest.fixture
def run_id(store: Store) -> str:
    store.add("aa11", make_config({}), None)
    store.finish("aa11", "failed")
    return "aa11"


def kept(store: Store) -> list[tuple[str, str]]:
    with store.engine.connect() as connection:
        return [(row.run_id, row.body) for row in connection.execute(sa.select(table))]


def test_the_last_note_stays_and_an_empty_one_removes_it(store: Store, run_id: str) -> None:
    assert notes.note(run_id) == ""
    for text in ("first", "<b>second</b> & \N{SNOWMAN}\n\tthird line"):
        notes.write_note(run_id, text)
        assert notes.note(run_id) == text
    assert kept(store) == [(run_id, "<b>second</b> & \N{SNOWMAN}\n\tthird line")]
    notes.write_note(run_id, "  \n ")
    assert kept(store) == []


def test_a_recorded_run_may_have_one(store: Store) -> None:
    shipped = recorded.all_recorded()[0].run.id
    notes.write_note(shipped, "seen")
    assert notes.notes_of([shipped, "nowhere"]) == {shipped: "seen"}


def test_a_note_goes_with_its_run(store: Store, run_id: str) -> None:
    notes.write_note(run_id, "soon gone")
    service.delete(run_id)
    assert kept(store) == []


def test_there_is_no_note_of_no_run() -> None:
    with pytest.raises(RunNotFound):
        notes.write_note("nowhere", "text")


def test_four_thousand_characters_are_kept_and_no_more(run_id: str) -> None:
    notes.write_note(run_id, "x" * 4000)
    with pytest.raises(SimulatorError, match=r"4,001 characters; at most 4,000"):
        notes.write_note(run_id, "y" * 4001)
    assert notes.note(run_id) == "x" * 4000


@pytest.mark.parametrize(
    ("written", "plain"), [("a\r\nb\rc", "a\nb\nc"), ("a\x00\x1b[1mb", "a[1mb"), ("\ud800x", "x"), (" a ", "a")]
)
def test_what_no_database_takes_is_left_out(written: str, plain: str) -> None:
    assert notes.plain(written) == plain
