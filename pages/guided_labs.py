"""Guided labs: predict, run, compare, answer, take away; six of them, in order."""

from __future__ import annotations

import streamlit as st

from ui import guided_labs, lab_steps
from ui.frame import need_frame
from ui.guard import errors_shown

need_frame()
st.title("Guided labs")
with errors_shown():
    progress = guided_labs.open_progress()
    place = guided_labs.open_place(progress)
    if place is None:
        guided_labs.catalogue(progress)
        st.stop()
    guided_labs.head(place)
    with errors_shown():
        lab_steps.show(place)
    guided_labs.ways(place)
