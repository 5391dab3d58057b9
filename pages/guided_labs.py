"""Guided labs: predict, run, compare, answer, take away; six of them, in order."""

from __future__ import annotations

import streamlit as st

from ui.screens.guided_labs import sections, steps, summing_up, top
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown

need_frame()
st.title("Guided labs")
with errors_shown():
    progress = sections.open_progress()
    place = sections.open_place(progress)
    if place is None:
        sections.catalogue(progress)
        if progress:
            summing_up.show(progress)
        st.stop()
    top.open_at_top(place.number, place.step)
    sections.head(place)
    with errors_shown():
        steps.show(place)
    sections.ways(place)
