"""Lab: choose a model, move the sliders, press Run, watch the curves grow."""

from __future__ import annotations

import streamlit as st

from ui.screens.lab import open_run, panel, preset_row, run_bar
from ui.settings import controls
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown

need_frame()
top = st.container()
with top:
    settled = controls.settle(preset_row.asked())
    controls.show_notes()
    preset_row.row(settled)

left, right = panel.columns()
with left:
    preset_row.question(settled)
    panel.sliders(settled)
    bar = st.container(key="lab_bar")
    panel.cards(settled)
    run_bar.train_anew()
    open_run.way_to_experiments()

with right, errors_shown():
    config = controls.chosen(settled)
    with top:
        run = open_run.open_run()
    with bar:
        run_bar.draw(config, run)
    if run is None:
        open_run.what_will_happen()
    else:
        open_run.show_run(run, config)
