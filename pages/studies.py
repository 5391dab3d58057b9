"""Experiments: a question, a prediction, a table that fills in, and what the numbers say."""

from __future__ import annotations

import streamlit as st

from ui import live, studies, study_settings
from ui.frame import need_frame
from ui.guard import errors_shown

need_frame()
st.title("Experiments")
with errors_shown():
    study, run = studies.chosen()
    if study is None:
        studies.catalogue()
        st.stop()
    studies.introduction(study)
    live.way_to(run)
    left, right = st.columns([3, 5], gap="medium")
    with left:
        prediction = studies.prediction(study)
        config = study_settings.settings_of(study, run)
    with right:
        studies.run_bar(config, prediction, run)
        if run is None:
            studies.not_run_yet(study)
        else:
            studies.show(run, prediction, config)
