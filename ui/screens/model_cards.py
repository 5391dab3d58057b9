"""Cards of the Models page: the four models, and the data sets."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

import streamlit as st

from simulator.catalog import counts
from simulator.catalog.counts import Count
from simulator.catalog.datasets import DATASETS
from simulator.catalog.model_info import ModelInfo
from simulator.catalog.models import MODELS
from simulator.data import availability, baselines
from simulator.data.own_data import all_datasets
from simulator.figures import numbers
from ui.figures import table
from ui.figures.run import tables
from ui.kit import table_view
from ui.settings import fields
from ui.shell import routes
from ui.shell.plain import literal
from ui.words import glossary

Colour = Literal["green", "blue", "orange", "gray"]

WEIGHTS: dict[str | None, tuple[str, str, Colour]] = {
    "cached": ("published weights: on this machine", ":material/check_circle:", "green"),
    "reachable": ("published weights: fetched on first use", ":material/cloud_download:", "blue"),
    "not reachable": ("published weights: not reachable, so trained from scratch", ":material/cloud_off:", "orange"),
    None: ("published weights: checking", ":material/hourglass:", "gray"),
}
DATA: dict[str | None, str] = {
    "here": "here",
    "cached": "downloaded",
    "reachable": "fetched on first use",
    "not reachable": "needs internet: not reachable",
    None: "checking",
}


def model_card(info: ModelInfo) -> None:
    """Show what a model is, its figures, its paper, and where its weights are."""
    with st.container(border=True, height="stretch", key=f"card_{info.name}"):
        st.subheader(info.title)
        weights_badge(info.name)
        st.markdown(info.summary)
        st.markdown(f"**Student:** {student_sizes(info)}. {info.student.help}")
        count = shipped_count(info.name)
        table_view.show(tables.model_figures(info, count), f"Reference and counted figures of {info.title}", info.name)
        glossary.explain("MACs count the arithmetic for one example.", "MACs", "parameters")
        how = f"Counted by this app's own code at {count.at}." if count else "Not counted yet in this copy."
        st.caption(
            f"Reference for {info.published.at}: {info.published.source}. {how}",
            help="`python -m simulator models` counts them again.",
        )
        st.caption(f"Paper: {info.paper}. Weights: {info.repository}")
        st.page_link(
            routes.LAB.path, label="Use it in the Lab", icon=":material/science:", query_params={"model": info.title}
        )


def student_sizes(info: ModelInfo) -> str:
    """Name the sizes that a student may have: a range of layers, or each width."""
    sizes = [fields.shown("student_size", value) for value in info.student.values]
    if info.student.unit == "layers":
        return f"{sizes[0]} to {sizes[-1]} layers"
    return f"{info.student.unit} {', '.join(sizes)}"


def shipped_count(name: str) -> Count | None:
    """Return our own code's counts for a model; None in a copy without counts."""
    return counts.read().get(name) if (files("simulator.catalog") / "counts.json").is_file() else None


@st.fragment(run_every=2)
def _looking(name: str) -> None:
    state = availability.weights_state_soon(name)
    if state is not None:
        st.rerun()
    _badge(name, state)


def weights_badge(name: str) -> None:
    """Show the state of a model's weights; until it is known, look again from time to time."""
    state = availability.weights_state_soon(name)
    if state is None:
        _looking(name)
    else:
        _badge(name, state)


def _badge(name: str, state: str | None) -> None:
    label, icon, colour = WEIGHTS[state]
    st.badge(label, icon=icon, color=colour)


def weights_legend() -> None:
    """Explain what the state of the weights means for a run."""
    st.caption(
        "If the published weights are not available, the same architecture is trained here from random weights. "
        "Every result says which of the two it was."
    )


def not_reachable() -> None:
    """Say what could not be reached and why, with a button to try again; show nothing if all was reachable."""
    named: dict[str, list[str]] = {}
    for source, reason in availability.unreachable().items():
        named.setdefault(reason, []).append(source)
    if not named:
        return
    for reason, places in named.items():
        st.markdown(f"Not reachable: {literal(', '.join(places))}: {literal(reason)}.")
    st.button(
        "Try again",
        icon=":material/refresh:",
        on_click=availability.ask_again,
        help="The app also tries again by itself after "
        f"{numbers.several(round(availability.ASK_AGAIN / 60), 'minute')}.",
    )


def datasets() -> None:
    """Show all data sets in a table."""
    rows: list[table.Row] = [
        {
            "Data": d.title,
            "State": "here" if not d.needs_internet else DATA[availability.data_state_soon(d.name)],
            "Kind": d.kind,
            "Classes": len(d.class_names),
            "Examples for training": d.max_train_examples,
            "Near-duplicates": "not searched for" if (near := baselines.near_duplicates(d.name)) is None else near,
            "What it is": d.summary,
            "Source": d.source,
        }
        for d in all_datasets()
    ]
    table_view.show(table.of(rows), "The data sets, their kind, size, state and source", "datasets")
    st.caption(
        "Near-duplicates are examples that nearly equal another one. They are always in the same split, so no test "
        "example resembles a training example. Published data is tested on its published split."
    )


def accuracies() -> None:
    """Show the accuracies that teachers from random weights and simple baselines reached on the shipped data."""
    found = [
        (DATASETS[name], row) for name, data in baselines.read().items() for row in (*data.teachers, *data.baselines)
    ]
    rows: list[table.Row] = [
        {
            "Data": info.title,
            "Method": f"{MODELS[row.method].title}, from random weights" if row.method in MODELS else row.method,
            "Validation": numbers.percent(row.validation),
            "Test": numbers.percent(row.test),
            "Measured": f"{numbers.day(row.measured_on)}, {row.where}",
        }
        for info, row in found
    ]
    table_view.show(table.of(rows), "Accuracies of teachers from random weights and of simple baselines", "baselines")
    st.markdown(
        "**Why does a transformer from random weights lose to counted words?** It has tens of millions of weights, "
        "some 2,000 sentences to learn them from, and knows no word when it starts. TF-IDF with logistic regression "
        "has one weight for each word and class, and single words give most topics away. Published weights change "
        "that: they come from billions of words, know which words mean nearly the same, and only have to learn the "
        "task. On SST-2 the published DistilBERT reaches 91.1 % once it is fine-tuned (its model card); about 80 % "
        "was the best before neural networks (Socher et al. 2013)."
    )
    st.caption(
        "Every method was trained on the same training split. `python -m benchmarks.baselines` measures the baselines "
        "again, `python -m benchmarks.recipes` a teacher. The docstrings are those of the library versions then."
    )
