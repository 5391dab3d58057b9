"""Experiments: a question, a prediction, a table that fills in, and what the numbers say."""

from __future__ import annotations

import streamlit as st

from ui.following import live
from ui.screens.experiments import sections, settings
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown

need_frame()
st.title("Experiments")
with errors_shown():
    experiment, run = sections.chosen()
    if experiment is None:
        sections.catalogue()
        st.stop()
    sections.introduction(experiment)
    live.way_to(run)
    left, right = st.columns([3, 5], gap="medium")
    with left:
        prediction = sections.prediction(experiment)
        config = settings.settings_of(experiment, run)
    with right:
        sections.run_bar(config, prediction, run)
        if run is None:
            sections.not_run_yet(experiment)
        else:
            sections.show(run, prediction, config)
