"""A student's own predictions beside what was measured, and how the checks went, of every lab that is done."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from simulator.teaching.labs import LABS, evidence, progress
from ui.figures import predictions
from ui.figures.parts import Panel, Picture
from ui.kit import picture_view
from ui.screens.guided_labs import check_step
from ui.screens.guided_labs.sections import Place, there
from ui.shell.guard import errors_shown


def show(known: str) -> None:
    """Draw the predictions of a progress, if a lab of it is done."""
    panels: list[Panel] = []
    for place in _done(known):
        with errors_shown():  # what cannot be read of one lab does not hide the others
            panels.append(_panel(place))
    if panels:
        st.markdown("**Your predictions so far**")
        st.caption("The ring is what you said, the dot what was measured.")
        picture_view.show(Picture("predictions", panels))


def _done(known: str) -> list[Place]:
    records = progress.read(known)
    places = (
        Place(number, lab, known, record, there(record.runs))
        for number, lab in enumerate(LABS, 1)
        if (record := records.get(lab.name)) and record.is_done
    )
    return [place for place in places if place.has_finished]


def _panel(place: Place) -> Panel:
    assert place.record is not None
    answer = place.lab.answer(evidence(place.record.runs))
    title = f"{place.number}. {place.lab.title}"
    panel = predictions.panel(title, place.lab.prediction, place.record.prediction, answer)
    checks = "; ".join(map(check_step.outcome, place.record.checks))
    return replace(panel, caption=f"{panel.caption} Checks: {checks}.")
