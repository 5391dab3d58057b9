"""Home: what this is, in ten seconds, beside a real recorded run that plays by itself."""

from __future__ import annotations

import streamlit as st

from simulator.runs import recorded
from ui.screens import home
from ui.shell.frame import need_frame

need_frame()
shipped = recorded.all_recorded()
words, picture = st.columns([2, 3], gap="large")
with words:
    st.title("KD Pruning Simulator")
    home.pitch()
with picture:
    if shipped:
        home.hero(shipped)

st.header("New here? A path through the ideas", divider="gray")
home.path_to_walk()

st.header("Recorded runs in figures", divider="gray")
if shipped:
    home.recorded_result(shipped)
else:
    home.no_recording()
