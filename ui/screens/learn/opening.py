"""The head of every Learn screen: the run, the example, and presets that set controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from simulator.catalog.models import DEFAULT_MODEL
from simulator.runs import archive, recorded
from simulator.runs.database.store import Run
from simulator.teaching import lesson
from simulator.teaching.lesson import Lesson
from ui.following import live
from ui.screens.results import open_run
from ui.shell import address
from ui.shell.guard import errors_shown
from ui.shell.plain import literal
from ui.words import glossary, provenance

PLACE = "learn"
EXAMPLE = "example"
HESITATES = "Where it hesitates"
PICTURE_PIXELS = 128


def open_lesson(title: str, idea: str) -> tuple[Run, Lesson]:
    """The head of a Learn screen: its idea, and the run whose numbers are shown. Stops the page if there are none."""
    st.title(title)
    st.markdown(idea)
    runs = {run.id: run for run in archive.list_runs(["finished"]) if lesson.exists(run.id)}
    last = st.session_state.get(live.LAST_RUN)
    if not address.holds(live.RUN) and last in runs:
        live.choose_run(PLACE, last)  # what this browser had open on another page
    asked = live.chosen_run(PLACE)
    if asked and asked not in runs:
        with errors_shown():
            lesson.of_run(asked)
        live.choose_run(PLACE, asked := None)
    if not runs:
        st.info("No run has left a lesson on this machine yet. Run one in the Lab.", icon=":material/science:")
        st.stop()
    default = next((r.run.id for r in recorded.all_recorded() if r.run.settings.model == DEFAULT_MODEL), "")
    run_id = asked or (default if default in runs else next(iter(runs)))
    picked = st.selectbox(
        "Numbers of this run",
        list(runs),
        index=list(runs).index(run_id),
        format_func=lambda i: open_run.run_label(runs[i]),
        key=f"{PLACE}_pick_{run_id}",
    )
    if picked != run_id:
        live.choose_run(PLACE, picked)
        st.rerun()
    opened = lesson.of_run(picked)
    provenance.provenance_badge(opened.facts.provenance, runs[picked], compact=True)
    return runs[picked], opened


def presets(name: str, values: Mapping[str, Mapping[str, Any]]) -> None:
    """Buttons that set controls, by key, to something worth seeing."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Try this", width="content")
        for i, (label, state) in enumerate(values.items()):
            st.button(label, key=f"try_{name}_{i}", on_click=_set, args=(dict(state),))


def _set(state: dict[str, Any]) -> None:
    for key, value in state.items():
        st.session_state[key] = value


def pick_example(opened: Lesson) -> int:
    """A slider over the examples whose input was kept; gives the example's place among them."""
    last = len(opened.facts.shown)
    start = most_telling(opened)[HESITATES]
    place = st.slider("Test example", 1, last, start, key=EXAMPLE, bind="query-params", persist_state="session",
                      help="An example that no model was trained on.")  # fmt: skip
    return int(place) - 1


def show_input(opened: Lesson, place: int) -> None:
    """The picture or the sentence itself, and its true class."""
    label = opened.facts.class_names[int(opened.labels[opened.facts.shown[place]])]
    if opened.pictures is not None:
        st.image(enlarged(opened.pictures[place]), width=PICTURE_PIXELS, alt=f"Test picture of class {label}")
    else:
        st.markdown(f"> {literal(opened.facts.texts[place])}")
    st.caption(f"True class: **{literal(label)}**")


def enlarged(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A small picture with every pixel as a square, at least 128 pixels high."""
    times = -(-PICTURE_PIXELS // picture.shape[0])
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def temperature(opened: Lesson) -> float:
    """The temperature's slider; it starts at the run's own."""
    value = opened.facts.config.temperature
    return float(
        st.slider(
            "Temperature T",
            1.0,
            20.0,
            value,
            0.5,
            format="%g",
            key="t",
            bind="query-params",
            persist_state="session",
            help=glossary.GLOSSARY["temperature"],
        )
    )


def most_telling(opened: Lesson) -> dict[str, int]:
    """The places (from 1) of the examples on which the teacher is surest, least sure, and wrong, if it ever is."""
    rows = list(opened.facts.shown)
    logits, labels = opened.logits["teacher"][rows], opened.labels[rows]
    top = np.sort(logits, axis=1)
    margin = top[:, -1] - top[:, -2]
    found = {"Where the teacher is surest": int(margin.argmax()), HESITATES: int(margin.argmin())}
    missed = np.flatnonzero(logits.argmax(1) != labels)
    if len(missed):
        found["Where it is wrong"] = int(missed[margin[missed].argmax()])
    return {words: place + 1 for words, place in found.items()}
