"""Runs: all of them; open, compare, run again, cancel, delete."""

from __future__ import annotations

import streamlit as st

from ui.screens.results import runs
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown

need_frame()
st.title("Runs")
with errors_shown():
    listed = runs.listing()
    if not listed:
        runs.nothing_yet()
        runs.unreadable()
        runs.keep_and_bring_back()
        st.stop()
    selected = runs.tickable(listed)
    runs.actions(selected)
    runs.unreadable()
    runs.keep_and_bring_back()
