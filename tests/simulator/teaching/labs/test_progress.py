"""A prediction is committed once, and everything is still there when the store is opened anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.errors import InvalidConfig, NotAllowed
from simulator.runs.database import store as store_module
from simulator.runs.database.store import open_store
from simulator.teaching.labs import LABS, progress
from simulator.teaching.labs.progress import Check
from simulator.teaching.quiz.question import choice

TEACHER, TEMPERATURE, TOGETHER = LABS[0], LABS[1], LABS[5]
FIRST, SECOND = (choice(key, "This run", "?", ("yes", "no", "perhaps"), "Because.") for key in ("first", "second"))
RIGHT, NO, PERHAPS = 0, 1, 2
AGAIN = replace(FIRST, options=("perhaps", "no", "yes"))
"""The first question after its run was recorded again: another option is right, and stands first."""


def test_progress_survives_a_new_start_of_the_server(data_directory: Path) -> None:
    known = progress.new_id()
    progress.commit(known, TEACHER, 12.5, {})
    progress.take_runs(known, TEACHER, ["recorded-lab-teacher"])
    progress.answer(known, TEACHER, 0, FIRST, NO)
    progress.commit(known, TEMPERATURE, "between", {})
    before = progress.read(known)
    open_store().close()
    store_module._open.cache_clear()
    after = progress.read(known)
    assert after == before
    assert after["teacher"].prediction == 12.5
    assert after["teacher"].runs == ("recorded-lab-teacher",)
    assert after["teacher"].checks == (Check(question="first", options=FIRST.options, tried=(NO,), is_right=False),)
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
        progress.answer(known, TEACHER, 0, FIRST, RIGHT)
    progress.take_runs(known, TEACHER, ["r1"])
    progress.take_runs(known, TEACHER, ["r2"])  # r1 broke; nothing was asked about it yet
    with pytest.raises(NotAllowed, match="Question 2"):
        progress.answer(known, TEACHER, 1, SECOND, RIGHT)
    progress.answer(known, TEACHER, 0, FIRST, RIGHT)
    with pytest.raises(NotAllowed, match="Question 1"):
        progress.answer(known, TEACHER, 0, FIRST, NO)
    with pytest.raises(NotAllowed, match="stay with the lab"):
        progress.take_runs(known, TEACHER, ["r3"])
    done = progress.answer(known, TEACHER, 1, SECOND, RIGHT)
    assert done.is_done and [check.tried for check in done.checks] == [(RIGHT,), (RIGHT,)]
    with pytest.raises(NotAllowed, match="Question 3"):
        progress.answer(known, TEACHER, 2, SECOND, RIGHT)


def test_a_wrong_first_answer_leaves_a_second_try_and_no_third(store: object) -> None:
    known = progress.new_id()
    progress.commit(known, TEACHER, 0.0, {})
    progress.take_runs(known, TEACHER, ["r1"])
    begun = progress.answer(known, TEACHER, 0, FIRST, NO)
    assert (begun.answered, begun.tried(0, FIRST)) == (0, (NO,))
    with pytest.raises(NotAllowed, match="Question 2"):
        progress.answer(known, TEACHER, 1, SECOND, RIGHT)
    with pytest.raises(NotAllowed, match="stay with the lab"):
        progress.take_runs(known, TEACHER, ["r2"])
    helped = progress.answer(known, TEACHER, 0, FIRST, RIGHT)
    assert (helped.answered, helped.checks[0].tried, helped.checks[0].is_right) == (1, (NO, RIGHT), True)
    progress.answer(known, TEACHER, 1, SECOND, NO)
    lost = progress.answer(known, TEACHER, 1, SECOND, PERHAPS)
    assert lost.is_done and (lost.checks[1].tried, lost.checks[1].is_right) == ((NO, PERHAPS), False)


def test_a_try_at_another_question_in_the_same_place_does_not_count(store: object) -> None:
    known = progress.new_id()
    progress.commit(known, TEACHER, 0.0, {})
    progress.take_runs(known, TEACHER, ["r1"])
    progress.answer(known, TEACHER, 0, FIRST, NO)
    begun = progress.answer(known, TEACHER, 0, SECOND, NO)  # the app was updated in the meantime
    assert begun.answered == 0 and begun.checks == (
        Check(question="second", options=SECOND.options, tried=(NO,), is_right=False),
    )


def test_a_try_at_options_that_changed_does_not_count(store: object) -> None:
    known = progress.new_id()
    progress.commit(known, TEACHER, 0.0, {})
    progress.take_runs(known, TEACHER, ["r1"])
    before = progress.answer(known, TEACHER, 0, FIRST, NO)
    assert (before.tried(0, FIRST), before.tried(0, AGAIN)) == ((NO,), ())
    assert before.checks[0].is_about(FIRST) and not before.checks[0].is_about(AGAIN)
    after = progress.answer(known, TEACHER, 0, AGAIN, NO)
    assert (after.answered, after.tried(0, AGAIN)) == (0, (NO,))  # the first of two tries


@pytest.mark.parametrize("unknown", [3, -1, 0.5, float("nan"), float("inf")])
def test_an_option_that_the_question_does_not_have_is_refused(store: object, unknown: float) -> None:
    known = progress.new_id()
    progress.commit(known, TEACHER, 0.0, {})
    before = progress.take_runs(known, TEACHER, ["r1"])
    with pytest.raises(NotAllowed, match="has 3 options"):
        progress.answer(known, TEACHER, 0, FIRST, unknown)
    assert progress.read(known)["teacher"] == before


def test_an_option_that_was_wrong_is_refused_at_the_second_try(store: object) -> None:
    known = progress.new_id()
    progress.commit(known, TEACHER, 0.0, {})
    progress.take_runs(known, TEACHER, ["r1"])
    before = progress.answer(known, TEACHER, 0, FIRST, NO)
    with pytest.raises(NotAllowed, match='"no" was tried'):
        progress.answer(known, TEACHER, 0, FIRST, NO)
    assert progress.read(known)["teacher"] == before


def test_tries_that_were_stored_without_their_options_are_an_earlier_versions(store: object) -> None:
    known = progress.new_id()
    tries = '{"question":"first","tried":[0.0],"is_right":true},{"question":"second","tried":[2.0],"is_right":false}'
    body = '{"prediction":12.5,"settings":{},"committed_at":"2026-01-01T00:00:00+00:00","runs":["r1"],"checks":[%s]}'
    assert open_store().labs.add(known, "teacher", body % tries)
    before = progress.read(known)["teacher"]
    assert before.answered == 1 and not before.checks[0].is_about(FIRST) and before.tried(1, SECOND) == ()
    after = progress.answer(known, TEACHER, 1, SECOND, PERHAPS)
    assert (after.answered, after.tried(1, SECOND)) == (1, (PERHAPS,))  # the first of two tries


@pytest.mark.parametrize(
    ("answers", "answered"), [("", 0), (',"answers":[]', 0), (',"answers":[17.0]', 1), (',"answers":[17.0,2.0]', 2)]
)
def test_what_an_earlier_version_stored_is_read_and_goes_on(store: object, answers: str, answered: int) -> None:
    known = progress.new_id()
    body = f'{{"prediction":12.5,"settings":{{}},"committed_at":"2026-01-01T00:00:00+00:00","runs":["r1"]{answers}}}'
    assert open_store().labs.add(known, "teacher", body)
    before = progress.read(known)["teacher"]
    assert (before.prediction, before.runs, before.answered) == (12.5, ("r1",), answered)
    assert all(check.is_right is None and not check.question for check in before.checks)
    if answered == 0:
        assert progress.take_runs(known, TEACHER, ["r2"]).runs == ("r2",)
    if not before.is_done:
        after = progress.answer(known, TEACHER, answered, SECOND, RIGHT)
        assert progress.read(known)["teacher"] == after and after.answered == answered + 1
        assert after.checks[:answered] == before.checks


def test_two_who_share_a_link_do_not_overwrite_each_other(store: object) -> None:
    known = progress.new_id()
    before = progress.commit(known, TEACHER, 0.0, {})
    progress.take_runs(known, TEACHER, ["mine"])
    with pytest.raises(NotAllowed, match="Somebody else"):
        progress._change(known, TEACHER, before.model_dump_json(), before.model_copy(update={"runs": ("theirs",)}))
    assert progress.read(known)["teacher"].runs == ("mine",)
