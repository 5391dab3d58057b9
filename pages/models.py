"""Models: the four networks, their published and counted figures, and the state of their weights."""

from __future__ import annotations

import streamlit as st

from simulator.catalog.models import MODELS
from ui.screens import model_cards
from ui.shell.frame import need_frame

need_frame()
st.title("Four real models")
st.markdown(
    "Each one is the published architecture at its full size. The **teacher** is this model; "
    "the **student** is a smaller one of its kind, made from the teacher's own layers if the literature does so."
)
models = list(MODELS.values())
for row in (models[:2], models[2:]):
    for place, info in zip(st.columns(2), row, strict=True):
        with place:
            model_cards.model_card(info)
model_cards.weights_legend()

st.header("Data", divider="gray")
st.markdown("Any model runs on any data set of its kind, text or image.")
model_cards.datasets()
model_cards.not_reachable()

st.header("Teachers from random weights, beside simple baselines", divider="gray")
model_cards.accuracies()
