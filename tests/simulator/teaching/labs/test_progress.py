"""A prediction is committed once, and everything is still there when the store is opened anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from simulator.errors import InvalidConfig, NotAllowed
from simulator.runs.database import store as store_module
from simulator.runs.database.store import open_store
from simulator.teaching.labs import LABS, progress

TEACHER, TEMPERATURE, TOGETHER = LABS[0], LABS[1], LABS[5]


def test_progress_survives_a_new_start_of_the_server(data_directory: Path) -> None:
    known = progress.new_id()
    progress.commit(known, TEACHER, 12.5, {})
    progress.take_runs(known, TEACHER, ["recorded-lab-teacher"])
    progress.answer(known, TEACHER, 0, 17)
    progress.commit(known, TEMPERATURE, "between", {})
    before = progress.read(known)
    open_store().close()
    store_module._open.cache_clear()
    after = progress.read(known)
    assert after == before
    assert after["teacher"].prediction == 12.5
    assert (after["teacher"].runs, after["teacher"].answers) == (("recorded-lab-teacher",), (17.0,))
    assert after["temperature"].prediction == "between"


def test_what_nobody_knows_is_empty(store: object) -> None:
    assert progress.read("nowhere") == {}
    assert progress.new_id() != progress.new_id()


def test_a_committed_prediction_cannot_be_changed(store: object) -> None:
    known = progress.new_id()
    progress.commit(known, TEACHER, 12.5, {})
    with pytest.raises(NotAllowed, match=r"already committed: \+12.5 points"):
        progress.commit(known, TEACHER, 3.0, {})
    assert progress.read(known)["teacher"].prediction == 12.5
    progress.commit(progress.new_id(), TEACHER, 3.0, {})  # somebody else's is another matter


def test_of_many_commits_at_once_one_is_taken(store: object) -> None:
    known = progress.new_id()

    def try_it(value: float) -> bool:
        try:
            progress.commit(known, TEACHER, value, {})
        except NotAllowed:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(try_it, [float(v) for v in range(8)]))
    assert sum(taken) == 1
    assert progress.read(known)["teacher"].prediction == float(taken.index(True))


def test_what_the_lab_does_not_offer_is_not_stored(store: object) -> None:
    known = progress.new_id()
    with pytest.raises(InvalidConfig):
        progress.commit(known, TEACHER, 99.0, {})
    with pytest.raises(InvalidConfig):
        progress.commit(known, TOGETHER, -5.0, {"student_size": 0.9, "target_sparsity": 0.5})
    assert progress.read(known) == {}
    progress.commit(known, TOGETHER, -5.0, {"student_size": 0.25, "target_sparsity": 0.7})
    assert progress.read(known)["together"].settings == {"student_size": 0.25, "target_sparsity": 0.7}


def test_runs_and_answers_come_in_their_order(store: object) -> None:
    known = progress.new_id()
    with pytest.raises(NotAllowed, match="No prediction"):
        progress.take_runs(known, TEACHER, ["r1"])
    progress.commit(known, TEACHER, 0.0, {})
    with pytest.raises(NotAllowed, match="Question 1"):
        progress.answer(known, TEACHER, 0, 1)
    progress.take_runs(known, TEACHER, ["r1"])
    progress.take_runs(known, TEACHER, ["r2"])  # r1 broke; nothing was asked about it yet
    with pytest.raises(NotAllowed, match="Question 2"):
        progress.answer(known, TEACHER, 1, 1)
    progress.answer(known, TEACHER, 0, 1)
    with pytest.raises(NotAllowed, match="Question 1"):
        progress.answer(known, TEACHER, 0, 2)
    with pytest.raises(NotAllowed, match="stay with the lab"):
        progress.take_runs(known, TEACHER, ["r3"])
    done = progress.answer(known, TEACHER, 1, 2)
    assert done.is_done and done.answers == (1, 2)
    with pytest.raises(NotAllowed, match="Question 3"):
        progress.answer(known, TEACHER, 2, 2)


def test_two_who_share_a_link_do_not_overwrite_each_other(store: object) -> None:
    known = progress.new_id()
    before = progress.commit(known, TEACHER, 0.0, {})
    progress.take_runs(known, TEACHER, ["mine"])
    with pytest.raises(NotAllowed, match="Somebody else"):
        progress._change(known, TEACHER, before, before.model_copy(update={"runs": ("theirs",)}))
    assert progress.read(known)["teacher"].runs == ("mine",)
