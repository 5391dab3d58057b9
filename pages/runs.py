"""Runs: all of them, or those that filters leave; open, compare, run again, cancel, delete."""

from __future__ import annotations

import streamlit as st

from ui.screens.results import filters, runs
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
    if shown := filters.filtered(listed):
        selected = runs.tickable(shown)
        runs.actions(selected)
    runs.unreadable()
    runs.keep_and_bring_back()
