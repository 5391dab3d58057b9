"""The data sets that are here: choose one, use it, take it home, delete it."""

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
    """One of the data sets that are here; the URL names it."""
    names, held = [data.name for data in here], st.session_state
    linked, last = address.one_of(CHOSEN, names), held.get(SHOWN)
    if linked and linked != last:  # a link was followed, or data was just kept
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
    """Data sets whose description cannot be read, each with a way to be rid of it."""
    for name in own_data.unreadable():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(
                f"What is stored of the data set {name} cannot be read. It can only be deleted.", width="stretch"
            )
            if st.button("Delete", icon=":material/delete:", key=f"delete_{name}"):
                with errors_shown():
                    service.delete_data(name)
                    st.rerun()


def ways_on(data: OwnData) -> None:
    """Use it with any model of its kind, take it home, delete it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for model in (m for m in MODELS.values() if m.kind == data.kind):
            st.page_link(
                routes.LAB.path,
                label=f"{model.title} on it, in the Lab",
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
        f"**{literal(data.title)}**: its examples and the teachers trained on it go, for everybody. Runs on it keep "
        "their figures, their exported weights and the names of the classes. This cannot be undone."
    )
    with st.container(horizontal=True):
        if st.button("Delete", type="primary", key="really_delete_data"):
            with errors_shown():
                service.delete_data(data.name)
                address.drop(CHOSEN)
                st.rerun()
        if st.button("Keep", key="keep_data_after_all"):
            st.rerun()
