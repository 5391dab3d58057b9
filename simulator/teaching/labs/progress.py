"""How far a student is in the labs, kept under a random id that is in the link, not in the browser.

A prediction is committed once: the database refuses a second one for the same lab. Anyone who has the link
continues where the last person stopped.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence

from pydantic import ValidationError

from simulator.errors import NotAllowed
from simulator.events.fields import Record
from simulator.runs.database.rows import now
from simulator.runs.database.store import open_store
from simulator.teaching.labs.base import Lab, Settings

log = logging.getLogger(__name__)

QUESTIONS = 2
OPEN_AGAIN = "Open the lab's link again to see how far it is."


class LabProgress(Record):
    """One lab of one student's progress.

    Attributes:
        prediction: The committed value: a number, or a key of the prediction's options.
        settings: The settings chosen with it.
        runs: The ids of the runs that the answer comes from; empty until they are started or taken.
        answers: The answers to the two questions, in order.
    """

    prediction: float | str
    settings: dict[str, float]
    committed_at: str
    runs: tuple[str, ...] = ()
    answers: tuple[float, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether both questions are answered."""
        return len(self.answers) == QUESTIONS


def new_id() -> str:
    """Make an id for a new progress that nobody can guess."""
    return secrets.token_hex(8)


def read(progress: str) -> dict[str, LabProgress]:
    """Every lab that was begun: its name -> how far it is. Labs that cannot be read are left out."""
    found = {}
    for lab, body in open_store().labs.read(progress).items():
        try:
            found[lab] = LabProgress.model_validate_json(body)
        except ValidationError as error:
            log.warning("The lab %s of a progress cannot be read, and is left out. %s", lab, error)
    return found


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
    before = _begun(progress, lab)
    if before.answers:
        raise NotAllowed("The questions were asked about the lab's present runs.", "These runs stay with the lab.")
    return _change(progress, lab, before, before.model_copy(update={"runs": tuple(runs)}))


def answer(progress: str, lab: Lab, number: int, value: float) -> LabProgress:
    """Store the answer to a question, once, the first before the second.

    Raises:
        NotAllowed: if this question is not the next one.
    """
    before = _begun(progress, lab)
    if not before.runs or number != len(before.answers) or before.is_done:
        raise NotAllowed(f"Question {number + 1} of this lab cannot be answered now.", OPEN_AGAIN)
    return _change(progress, lab, before, before.model_copy(update={"answers": (*before.answers, value)}))


def _begun(progress: str, lab: Lab) -> LabProgress:
    begun = read(progress).get(lab.name)
    if begun is None:
        raise NotAllowed("No prediction has been committed in this lab yet.", "Commit to one first.")
    return begun


def _change(progress: str, lab: Lab, before: LabProgress, after: LabProgress) -> LabProgress:
    """Write a record, unless somebody with the same link has changed it in the meantime."""
    if not open_store().labs.replace(progress, lab.name, before.model_dump_json(), after.model_dump_json()):
        raise NotAllowed("Somebody else with this link has continued in the meantime.", OPEN_AGAIN)
    return after
