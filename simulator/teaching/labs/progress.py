"""How far a student is in the labs, kept under a random id that is in the link, not in the browser.

A prediction is committed once: the database refuses a second one for the same lab. Anyone who has the link
continues where the last person stopped.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError, model_validator

from simulator.errors import NotAllowed
from simulator.events.fields import Record
from simulator.runs.database.rows import now
from simulator.runs.database.store import open_store
from simulator.teaching.labs.base import Lab, Settings
from simulator.teaching.quiz.question import Question

log = logging.getLogger(__name__)

QUESTIONS = 2
TRIES = 2
OPEN_AGAIN = "Open the lab's link again to see how far it is."


class Check(Record):
    """What was tried at one of a lab's questions.

    Attributes:
        question: The question's key; empty in what an earlier version stored.
        options: The options as they were numbered then, for they follow from the run; not stored by earlier versions.
        tried: The answers in their order, at most two: each the number of an option, or a number.
        is_right: Whether the last one is right; None in what an earlier version stored, which asked other questions.
    """

    question: str
    options: tuple[str, ...] = ()
    tried: tuple[float, ...]
    is_right: bool | None

    @property
    def is_over(self) -> bool:
        """Whether no further try is due."""
        return self.is_right is not False or len(self.tried) == TRIES

    def is_about(self, question: Question) -> bool:
        """Whether this very question was asked, with the same options, so that their numbers mean the same."""
        return (self.question, self.options) == (question.key, question.options)


class LabProgress(Record):
    """One lab of one student's progress.

    Attributes:
        prediction: The committed value: a number, or a key of the prediction's options.
        settings: The settings chosen with it.
        runs: The ids of the runs that the answer comes from; empty until they are started or taken.
        checks: What was tried at the two questions, in order.
    """

    prediction: float | str
    settings: dict[str, float]
    committed_at: str
    runs: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_one_try(cls, stored: dict[str, Any]) -> dict[str, Any]:
        """Read what was stored when each question had one try and its answer alone was kept."""
        if "answers" not in stored:
            return stored
        checks = [{"question": "", "tried": [answer], "is_right": None} for answer in stored["answers"]]
        return {name: value for name, value in stored.items() if name != "answers"} | {"checks": checks}

    @property
    def answered(self) -> int:
        """How many questions need no further try."""
        return sum(check.is_over for check in self.checks)

    @property
    def is_done(self) -> bool:
        """Whether both questions are answered."""
        return self.answered == QUESTIONS

    def tried(self, place: int, question: Question) -> tuple[float, ...]:
        """Return the answers tried at this question; none if the check there is not about it."""
        check = self.checks[place] if place < len(self.checks) else None
        return check.tried if check is not None and check.is_about(question) else ()


def new_id() -> str:
    """Make an id for a new progress that nobody can guess."""
    return secrets.token_hex(8)


def read(progress: str) -> dict[str, LabProgress]:
    """Every lab that was begun: its name -> how far it is. Labs that cannot be read are left out."""
    bodies = open_store().labs.read(progress)
    return {lab: record for lab, body in bodies.items() if (record := _readable(lab, body)) is not None}


def _readable(lab: str, body: str) -> LabProgress | None:
    try:
        return LabProgress.model_validate_json(body)
    except ValidationError as error:
        log.warning("The lab %s of a progress cannot be read, and is left out. %s", lab, error)
        return None


def commit(progress: str, lab: Lab, prediction: float | str, settings: Settings) -> LabProgress:
    """Commit to a prediction.

    Raises:
        InvalidConfig: if the lab does not offer it.
        NotAllowed: if one was already committed; it stays.
    """
    lab.prediction.check(prediction)
    lab.check_settings(settings)
    made = LabProgress(prediction=prediction, settings=dict(settings), committed_at=now())
    if not open_store().labs.add(progress, lab.name, made.model_dump_json()):
        kept = read(progress).get(lab.name)
        if kept is None:
            raise NotAllowed(
                "What was stored of this lab under this link cannot be read.", "Start again without the link."
            )
        raise NotAllowed(
            f"A prediction was already committed: {lab.prediction.shown(kept.prediction)}.",
            "It can no longer be changed.",
        )
    return made


def take_runs(progress: str, lab: Lab, runs: Sequence[str]) -> LabProgress:
    """Take the answer from these runs: newly started ones, or the recorded ones.

    Raises:
        NotAllowed: if there is no prediction yet, or a question on the earlier runs was answered.
    """
    body, before = _begun(progress, lab)
    if before.checks:
        raise NotAllowed("The questions were asked about the lab's present runs.", "These runs stay with the lab.")
    return _change(progress, lab, body, before.model_copy(update={"runs": tuple(runs)}))


def answer(progress: str, lab: Lab, place: int, question: Question, value: float) -> LabProgress:
    """Store a try at a question: a second one only after a wrong first, and the first question before the second.

    Args:
        place: The question's place in the lab, from 0.

    Raises:
        NotAllowed: if this question is not the next one, does not have this option, or had it as its wrong first try.
    """
    body, before = _begun(progress, lab)
    if not before.runs or place != before.answered or before.is_done:
        raise NotAllowed(f"Question {place + 1} of this lab cannot be answered now.", OPEN_AGAIN)
    tried = before.tried(place, question)
    _check_option(question, value, tried)
    check = Check(
        question=question.key, options=question.options, tried=(*tried, value), is_right=question.is_right(value)
    )
    return _change(progress, lab, body, before.model_copy(update={"checks": (*before.checks[:place], check)}))


def _check_option(question: Question, value: float, tried: Sequence[float]) -> None:
    """Refuse an option that the question does not have, and one that was tried."""
    options = question.options
    if not question.is_number and value not in range(len(options)):
        raise NotAllowed(
            f"{value} is no option: this question has {len(options)} options, numbered from 0.",
            "Choose one of those on the screen.",
        )
    if value in tried:
        raise NotAllowed(f'"{options[int(value)] if options else value}" was tried already.', "Choose another answer.")


def _begun(progress: str, lab: Lab) -> tuple[str, LabProgress]:
    """Return a lab's record as it is stored, and read."""
    body = open_store().labs.read(progress).get(lab.name)
    begun = _readable(lab.name, body) if body is not None else None
    if body is None or begun is None:
        raise NotAllowed("No prediction has been committed in this lab yet.", "Commit to one first.")
    return body, begun


def _change(progress: str, lab: Lab, before: str, after: LabProgress) -> LabProgress:
    """Write a record, unless somebody with the same link has changed it in the meantime.

    Args:
        before: The record as it was stored.
    """
    if not open_store().labs.replace(progress, lab.name, before, after.model_dump_json()):
        raise NotAllowed("Somebody else with this link has continued in the meantime.", OPEN_AGAIN)
    return after
