"""Lab: choose a model, move the sliders, press Run, watch the curves grow."""

from __future__ import annotations

import streamlit as st

from simulator.config.settings import SETTINGS
from ui.following import live
from ui.screens import lab
from ui.settings import controls
from ui.shell import routes
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown
from ui.words import glossary, methods

need_frame()
st.title("Lab")
settled = controls.settle()
controls.show_notes()
top = st.container()

left, right = st.columns([3, 5], gap="medium")

with left:
    st.markdown("#### Teacher and student")
    controls.draw("model", settled)
    controls.draw("dataset", settled)
    lab.data_state(settled)
    st.page_link(routes.OWN_DATA.path, label="Bring data of your own", icon=":material/upload_file:")
    controls.draw("student_size", settled)
    controls.draw("train_examples", settled)

    st.markdown("#### Distillation")
    glossary.explain(
        "The student learns from the true labels and from the method's soft loss at once.",
        "logits", "soft targets", "temperature", "alpha", "soft loss", "hard loss",
    )  # fmt: skip
    controls.draw("method", settled)
    methods.about_method(settled.method)
    controls.draw("temperature", settled)
    controls.draw("alpha", settled)
    methods.loss_formula(settled)
    controls.draw("epochs", settled)

    st.markdown("#### Pruning")
    glossary.explain("Then the student's least important weights are removed.", "importance", "mask", "sparsity")
    controls.draw("pruning", settled)
    if SETTINGS["scope"].applies(settled):
        controls.draw("scope", settled)
    if SETTINGS["layer_sparsity"].applies(settled):
        controls.draw("layer_sparsity", settled)
    controls.draw("target_sparsity", settled)
    controls.draw("recovery_epochs", settled)

    with st.expander("More", icon=":material/tune:", key="more"):
        for name, setting in SETTINGS.items():
            if setting.more and setting.applies(settled):
                controls.draw(name, settled)
    methods.show_loss(settled.method)
    methods.show_code("Show the importance as it runs", "engine/pruning/importance.py", settled.importance)

with right, errors_shown():
    config = controls.chosen(settled)
    with top:  # on a narrow screen, all controls are above the right column
        run = lab.open_run()
        live.way_to(run)
    lab.run_bar(config, run)
    lab.way_to_experiments()
    if run is None:
        lab.what_will_happen()
    else:
        lab.show_run(run, config)
