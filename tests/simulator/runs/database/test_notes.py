"""Notes in the store: one a run, written over, removed, and restored beside those that are here."""

from __future__ import annotations

import pytest

from simulator.runs.database.notes import Notes, restore_notes
from simulator.runs.database.store import Store


@pytest.fixture
def notes(store: Store) -> Notes:
    return Notes(store.engine)


def test_a_note_is_written_over_and_an_empty_one_removes_it(notes: Notes) -> None:
    for text in ("first", "second"):
        notes.write("a", text)
    notes.write("b", "of b")
    assert notes.of(["a", "b", "nowhere"]) == {"a": "second", "b": "of b"}
    notes.write("a", "")
    assert notes.of(["a", "b"]) == {"b": "of b"}
    assert notes.of([]) == {}


def test_notes_are_restored_where_there_is_none(store: Store, notes: Notes) -> None:
    notes.write("a", "mine")
    with store.engine.begin() as connection:
        restore_notes(connection, {"a": "theirs", "b": "theirs"})
    assert notes.of(["a", "b"]) == {"a": "mine", "b": "theirs"}
