"""Cards of the Models page: the four models, and the data sets."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

import streamlit as st

from simulator import availability, counts
from simulator.catalog import ModelInfo
from simulator.counts import Count
from simulator.own_data import all_datasets
from ui import settings, table, tables, teach

Colour = Literal["green", "blue", "orange", "gray"]

WEIGHTS: dict[str | None, tuple[str, str, Colour]] = {
    "cached": ("published weights: on this machine", ":material/check_circle:", "green"),
    "reachable": ("published weights: fetched on first use", ":material/cloud_download:", "blue"),
    "not reachable": ("published weights: not reachable, so from scratch", ":material/cloud_off:", "orange"),
    None: ("published weights: looking", ":material/hourglass:", "gray"),
}
DATA: dict[str | None, str] = {
    "here": "here",
    "cached": "downloaded",
    "reachable": "fetched on first use",
    "not reachable": "needs internet: not reachable",
    None: "looking",
}


def model_card(info: ModelInfo) -> None:
    """What a model is, its figures, its paper, and where its weights are."""
    with st.container(border=True, height="stretch", key=f"card_{info.name}"):
        st.subheader(info.title)
        weights_badge(info.name)
        st.markdown(info.summary)
        st.markdown(f"**Student:** {student_sizes(info)}. {info.student.help}")
        count = shipped_count(info.name)
        table.show(tables.model_figures(info, count), f"Reference and counted figures of {info.title}", info.name)
        teach.explain("MACs stand for the arithmetic of one example.", "MACs", "parameters")
        how = f"Counted by this app's own code at {count.at}." if count else "Not counted yet in this copy."
        st.caption(
            f"Reference for {info.published.at}: {info.published.source}. {how}",
            help="`python -m simulator models` counts them again.",
        )
        st.caption(f"Paper: {info.paper}. Weights: {info.repository}")
        st.page_link(
            "pages/lab.py", label="Use it in the Lab", icon=":material/science:", query_params={"model": info.title}
        )


def student_sizes(info: ModelInfo) -> str:
    """The sizes a student may have: a span of layers, or each width."""
    sizes = [settings.shown("student_size", value) for value in info.student.values]
    if info.student.unit == "layers":
        return f"{sizes[0]} to {sizes[-1]} layers"
    return f"{info.student.unit} {', '.join(sizes)}"


def shipped_count(name: str) -> Count | None:
    """What our own code counted of a model; None in a copy into which no counts have been written yet."""
    return counts.read().get(name) if (files("simulator") / "counts.json").is_file() else None


@st.fragment(run_every=2)
def _looking(name: str) -> None:
    state = availability.weights_state_soon(name)
    if state is not None:
        st.rerun()
    _badge(name, state)


def weights_badge(name: str) -> None:
    """The state of a model's weights; it looks again by itself while that is being found out."""
    state = availability.weights_state_soon(name)
    if state is None:
        _looking(name)
    else:
        _badge(name, state)


def _badge(name: str, state: str | None) -> None:
    label, icon, colour = WEIGHTS[state]
    st.badge(label, icon=icon, color=colour)


def weights_legend() -> None:
    """What the state of the weights means for a run."""
    st.caption(
        "Where the published weights cannot be had, the same architecture is trained here from random weights. "
        "Every result says which of the two it was."
    )


def datasets() -> None:
    """All data sets in a table."""
    rows: list[table.Row] = [
        {
            "Data": d.title,
            "State": "here" if not d.needs_internet else DATA[availability.data_state_soon(d.name)],
            "Kind": d.kind,
            "Classes": len(d.class_names),
            "Examples for training": d.max_train_examples,
            "What it is": d.summary,
            "Source": d.source,
        }
        for d in all_datasets()
    ]
    table.show(table.of(rows), "The data sets, their kind, size, state and source", "datasets")
