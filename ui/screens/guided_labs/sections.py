"""Pieces of the page Guided labs: the student's place, the list of labs, and the way through one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from simulator.errors import RunNotFound, SimulatorError
from simulator.runs import archive, recorded
from simulator.runs.records import Run
from simulator.teaching.labs import LABS, Lab, progress
from simulator.teaching.labs.progress import LabProgress
from ui.kit.card import card
from ui.screens import path
from ui.shell import address
from ui.shell.guard import errors_shown

LAB, PROGRESS, STEP = "lab", "progress", "step"
KEPT = "labs_progress"
STEPS = ("The question", "Your prediction", "The run", "What was measured", "First check", "Second check", "Takeaway")
QUESTION, PREDICTION, RUN, MEASURED, FIRST, SECOND, TAKEAWAY = range(len(STEPS))
WAITS_FOR = {
    PREDICTION: "Commit to a prediction to continue.",
    RUN: "You can continue when the run has finished.",
    FIRST: "Answer to continue.",
    SECOND: "Answer to continue.",
}


@dataclass(frozen=True)
class Place:
    """A student's place in the labs.

    Attributes:
        progress: Its id; None until a first prediction is committed.
        record: How far this lab is; None until its prediction is committed.
        runs: The lab's runs; those that were deleted are left out.
    """

    number: int
    lab: Lab
    progress: str | None
    record: LabProgress | None
    runs: tuple[Run, ...]

    @property
    def has_finished(self) -> bool:
        """Whether every run of the lab is there and has measured everything."""
        return bool(self.runs) and self.wanted == len(self.runs) and all(run.state == "finished" for run in self.runs)

    @property
    def wanted(self) -> int:
        """How many runs were started or taken."""
        return len(self.record.runs) if self.record else 0

    @property
    def reached(self) -> int:
        """The last step that may be opened."""
        if self.record is None:
            return PREDICTION
        return FIRST + self.record.answered if self.has_finished else RUN

    @property
    def step(self) -> int:
        """The step in the address, if it may be opened; without one, where the lab continues."""
        asked = address.whole(STEP, 1, len(STEPS))
        if asked is not None:
            return min(asked - 1, self.reached)
        if self.record is None:
            return QUESTION
        return self.reached if self.record.checks or not self.has_finished else MEASURED


def open_progress() -> str | None:
    """The progress in the address, or the one of this session; the address then shows it again.

    If it is not on this server, an error says so, and it is forgotten.
    """
    known = address.text(PROGRESS) or st.session_state.get(KEPT)
    if known and not progress.read(known):
        with errors_shown():
            address.drop(PROGRESS)
            st.session_state.pop(KEPT, None)
            raise SimulatorError(
                f"There is no progress {known[:40]!r} on this server.",
                "It was made on another server, or its disk did not last. You can start again.",
            )
        return None
    if known:
        keep(known)
    return known


def keep(known: str) -> None:
    """Put a progress into the address and remember it in this session."""
    st.session_state[KEPT] = known
    address.put(PROGRESS, known)


def open_place(known: str | None) -> Place | None:
    """The lab in the address with how far it is; None if there is none, or none of this number."""
    asked = address.text(LAB)
    if asked is None:
        return None
    if asked not in [str(n) for n in range(1, len(LABS) + 1)]:
        with errors_shown():
            raise SimulatorError(f"There is no lab {asked[:20]!r}.", f"Choose one of 1 to {len(LABS)} below.")
        return None
    lab = LABS[int(asked) - 1]
    record = progress.read(known).get(lab.name) if known else None
    return Place(int(asked), lab, known, record, there(record.runs if record else ()))


def there(run_ids: Sequence[str]) -> tuple[Run, ...]:
    """The runs that were not deleted."""
    found = []
    for run_id in run_ids:
        try:
            found.append(archive.run(run_id))
        except RunNotFound:  # the run step then says so and offers another
            continue
    return tuple(found)


# -- the list


def catalogue(known: str | None) -> None:
    """The six labs, in their order, and how far each is."""
    st.markdown(
        "Six labs, 10 to 20 minutes each, best in this order. In each you **predict**, then **measure**, and then "
        "compare. A prediction that turns out wrong teaches the most."
    )
    begun = progress.read(known) if known else {}
    st.progress(len([r for r in begun.values() if r.is_done]) / len(LABS), text=done_words(begun.values()))
    for number, lab in enumerate(LABS, 1):
        record = begun.get(lab.name)
        with card(f"lab_{lab.name}", recorded.named(lab.recorded)):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    f"{number}. {lab.title}", icon=state_icon(record), key=f"open_lab_{number}",
                    on_click=open_address, args=(link_to(number, known),),
                )  # fmt: skip
                st.caption(f"{lab.minutes} minutes, {state(record)}", width="content")
            st.markdown(lab.question)
    if known:
        links(None, known)
    else:
        st.caption("Begun on another day? Open your own link again: it is under Links at the foot of every lab.")


def done_words(records: Iterable[LabProgress]) -> str:
    """How many labs are done."""
    return f"{sum(record.is_done for record in records)} of {len(LABS)} done"


def state(record: LabProgress | None) -> str:
    """How far a lab is, in a word or two."""
    if record is None:
        return "not begun"
    return "done" if record.is_done else "begun"


def state_icon(record: LabProgress | None) -> str:
    """The icon for how far a lab is."""
    if record is None:
        return ":material/radio_button_unchecked:"
    return ":material/check_circle:" if record.is_done else ":material/pending:"


def link_to(number: int, known: str | None) -> dict[str, str]:
    """The address of a lab, with the student's progress."""
    return {LAB: str(number)} | ({PROGRESS: known} if known else {})


def links(number: int | None, known: str | None) -> None:
    """The addresses to copy: the lab for somebody else, and the student's own progress for later."""
    here = (st.context.url or "").split("?")[0]
    with st.popover("Links", icon=":material/link:"):
        if number is not None:
            st.markdown("**This lab, for somebody else.** It begins at its question, without anybody's progress.")
            st.code(f"{here}?{LAB}={number}", language=None, wrap_lines=True)
        if known is None:
            st.caption("Your own link is made when you commit to your first prediction.")
            return
        st.markdown(
            "**Your own labs, to continue later**, on any machine that reaches this server. "
            "Anyone with this link can, too."
        )
        own = f"{LAB}={number}&{PROGRESS}={known}" if number else f"{PROGRESS}={known}"
        st.code(f"{here}?{own}", language=None, wrap_lines=True)


# -- the way through a lab


def head(place: Place) -> None:
    """Which lab, which step, and how many are left."""
    st.button(
        "All labs", icon=":material/arrow_back:", key="all_labs", type="tertiary",
        on_click=open_address, args=(own_link(place.progress),),
    )  # fmt: skip
    st.subheader(f"Lab {place.number}: {place.lab.title}", divider="gray")
    st.progress((place.step + 1) / len(STEPS), text=f"Step {place.step + 1} of {len(STEPS)}: **{STEPS[place.step]}**")


def own_link(known: str | None) -> dict[str, str]:
    """The address of the list of labs, with the student's progress."""
    return {PROGRESS: known} if known else {}


def open_address(parameters: dict[str, str]) -> None:
    """Open another lab, or the list; for a button's callback. A page link to the current page leaves the browser's
    address unchanged, and a reload would go back to it."""
    address.replace(parameters)


def go_to(step: int) -> None:
    """Open a step; for a button's callback."""
    address.put(STEP, str(step + 1))


def ways(place: Place) -> None:
    """Back and forward, what forward waits for, and the links."""
    waits = place.step == place.reached and place.step != TAKEAWAY
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Back", icon=":material/arrow_back:", key="lab_back", disabled=place.step == QUESTION,
            on_click=go_to, args=(place.step - 1,),
        )  # fmt: skip
        if place.step < TAKEAWAY:
            st.button(
                "Next", icon=":material/arrow_forward:", key="lab_next", type="secondary" if waits else "primary",
                disabled=waits, on_click=go_to, args=(place.step + 1,),
            )  # fmt: skip
        elif place.number < len(LABS):
            st.button(
                f"Lab {place.number + 1}: {LABS[place.number].title}", icon=":material/arrow_forward:", key="next_lab",
                type="primary", on_click=open_address, args=(link_to(place.number + 1, place.progress),),
            )  # fmt: skip
        else:
            path.after_labs()
        links(place.number, place.progress)
    if waits:
        st.caption(WAITS_FOR.get(place.step, ""))
