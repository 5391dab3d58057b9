"""The saved data sets: choose one, use it, download it, delete it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from simulator.catalog.models import MODELS
from simulator.data import own_data
from simulator.data.own_data import OwnData
from simulator.runs import service
from ui.screens.own_data.spreadsheets import as_csv
from ui.shell import address, routes
from ui.shell.guard import errors_shown
from ui.shell.plain import literal

CHOSEN = "data"
PICKED, SHOWN = "own_picked", "own_shown"


def choose(here: Sequence[OwnData]) -> OwnData:
    """Choose one of the saved data sets; the URL names it."""
    names, held = [data.name for data in here], st.session_state
    linked, last = address.one_of(CHOSEN, names), held.get(SHOWN)
    if linked and linked != last:  # a link was followed, or data was just saved
        held[PICKED] = linked
    elif held.get(PICKED) not in names:
        held[PICKED] = last if last in names else names[-1]
    picked: str = st.selectbox(
        "Data set",
        names,
        format_func=lambda name: next(data.title for data in here if data.name == name),
        key=PICKED,
    )
    held[SHOWN] = picked
    address.put(CHOSEN, picked)
    return here[names.index(picked)]


def unreadable() -> None:
    """List the data sets whose description cannot be read, each with a button to delete it."""
    for name in own_data.unreadable():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(f"The stored data set {name} cannot be read. It can only be deleted.", width="stretch")
            if st.button("Delete", icon=":material/delete:", key=f"delete_{name}"):
                with errors_shown():
                    service.delete_data(name)
                    st.rerun()


def ways_on(data: OwnData) -> None:
    """Offer to use the data with any model of its kind, to download it, and to delete it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for model in (m for m in MODELS.values() if m.kind == data.kind):
            st.page_link(
                routes.LAB.path,
                label=f"Use with {model.title} in the Lab",
                icon=":material/science:",
                query_params={"model": model.title, "dataset": data.title},
            )
        if data.kind == "text":
            st.download_button(
                "CSV",
                lambda: as_csv(data),
                f"{data.name}.csv",
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
                help="Text, label and split. Cells that look like formulas begin with an apostrophe.",
            )
        if st.button("Delete", icon=":material/delete:", key="delete_data"):
            confirm_delete(data)


@st.dialog("Delete for good?", icon=":material/delete:")
def confirm_delete(data: OwnData) -> None:
    """Ask before examples and the teachers that learned from them are removed."""
    st.markdown(
        f"**{literal(data.title)}**: its examples and the teachers trained on it are deleted for everybody. Runs on it "
        "keep their figures, their exported weights and the class names. This cannot be undone."
    )
    with st.container(horizontal=True):
        if st.button("Delete", type="primary", key="really_delete_data"):
            with errors_shown():
                service.delete_data(data.name)
                address.drop(CHOSEN)
                st.rerun()
        if st.button("Keep", key="keep_data_after_all"):
            st.rerun()
