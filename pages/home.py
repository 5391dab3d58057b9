"""Home: what this is, in 30 seconds, with a real recorded result."""

from __future__ import annotations

import streamlit as st

from simulator.runs import recorded
from ui.screens import home
from ui.shell.frame import need_frame

need_frame()
st.title("Watch a teacher teach a student, then cut the student down")
home.pitch()
home.begin_here()
home.ways_on()

st.header("A real run", divider="gray")
shipped = recorded.all_recorded()
if shipped:
    home.recorded_result(shipped)
else:
    home.no_recording()
