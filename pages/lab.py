"""Lab: choose a model, move the sliders, press Run, watch the curves grow."""

from __future__ import annotations

import streamlit as st

from ui import controls, lab, live, settings, teach
from ui.frame import need_frame
from ui.guard import errors_shown

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
    st.page_link("pages/own_data.py", label="Bring data of your own", icon=":material/upload_file:")
    controls.draw("student_size", settled)
    controls.draw("train_examples", settled)

    st.markdown("#### Distillation")
    teach.explain(
        "The student learns from the true labels and from the method's soft loss at once.",
        "logits", "soft targets", "temperature", "alpha", "soft loss", "hard loss",
    )  # fmt: skip
    controls.draw("method", settled)
    teach.about_method(settled.method)
    controls.draw("temperature", settled)
    controls.draw("alpha", settled)
    teach.loss_formula(settled)
    controls.draw("epochs", settled)

    st.markdown("#### Pruning")
    teach.explain("Then the student's least important weights are removed.", "importance", "mask", "sparsity")
    controls.draw("pruning", settled)
    if settings.applies("scope", settled):
        controls.draw("scope", settled)
    if settings.applies("layer_sparsity", settled):
        controls.draw("layer_sparsity", settled)
    controls.draw("target_sparsity", settled)
    controls.draw("recovery_epochs", settled)

    with st.expander("More", icon=":material/tune:", key="more"):
        for name, control in settings.all_controls().items():
            if control.more and settings.applies(name, settled):
                controls.draw(name, settled)
    teach.show_loss(settled.method)
    teach.show_code("Show the importance as it runs", "engine/pruning/importance.py", settled.importance)

with right, errors_shown():
    config = controls.chosen(settled)
    with top:  # on a narrow screen all controls stand above the right column
        run = lab.open_run()
        live.way_to(run)
    lab.run_bar(config)
    lab.way_to_experiments()
    if run is None:
        lab.what_will_happen()
    else:
        lab.show_run(run, config)
