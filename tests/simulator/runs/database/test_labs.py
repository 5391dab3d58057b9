"""Progress in labs: a record is added once, and replaced only by somebody who has seen it."""

from __future__ import annotations

import pytest

from simulator.runs.database.labs import LabRows
from simulator.runs.database.store import Store


@pytest.fixture
def rows(store: Store) -> LabRows:
    return LabRows(store.engine)


def test_a_record_is_added_once_for_each_progress_and_lab(rows: LabRows) -> None:
    assert rows.read("mine") == {}
    assert rows.add("mine", "teacher", "first")
    assert not rows.add("mine", "teacher", "second")
    assert rows.add("mine", "temperature", "other lab") and rows.add("theirs", "teacher", "other progress")
    assert rows.read("mine") == {"teacher": "first", "temperature": "other lab"}
    assert rows.read("theirs") == {"teacher": "other progress"}


def test_a_record_is_replaced_only_in_place_of_the_one_that_is_there(rows: LabRows) -> None:
    assert not rows.replace("mine", "teacher", "first", "second")
    for progress, lab in (("mine", "teacher"), ("mine", "temperature"), ("theirs", "teacher")):
        rows.add(progress, lab, "first")
    assert rows.replace("mine", "teacher", "first", "second")
    assert not rows.replace("mine", "teacher", "first", "third")
    assert rows.read("mine") == {"teacher": "second", "temperature": "first"}
    assert rows.read("theirs") == {"teacher": "first"}
