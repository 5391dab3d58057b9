"""The contents of a data set: a preview, the examples in each class and split, and what was skipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from simulator.data import own_data, own_examples
from simulator.data.near_duplicates import NEAR_PIXELS, NEAR_WORDS
from simulator.data.own_data import OwnData
from simulator.figures import numbers
from ui.figures import table
from ui.kit import table_view
from ui.screens.own_data.spreadsheets import safe_cell
from ui.shell.guard import show_problem
from ui.shell.plain import literal

SHOWN_PER_CLASS = 3
THUMBNAIL = 84


def headline(data: OwnData) -> None:
    """Describe the data in one line."""
    everything = sum(data.examples(s) for s in ("train", "validation", "test"))
    noun = "texts" if data.kind == "text" else "pictures"
    file = literal(data.file_name) or "a file without a name"
    st.caption(
        f"{numbers.whole(everything)} {noun} in {len(data.class_names)} classes, from {file}, "
        f"uploaded {numbers.day(data.created_at)}. Its name on the command line: {data.name}"
    )


def describe(data: OwnData, folder: Path) -> None:
    """Show a preview, the counts and what was skipped, for a draft or for saved data."""
    for note in data.notes:
        st.info(literal(note), icon=":material/info:")
    key = f"{folder.parent.name}_{folder.name}"  # a draft and its saved data may be on one page
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown("**Preview**")
        try:
            if data.kind == "text":
                preview_texts(data, folder, f"preview_{key}")
            else:
                preview_pictures(data, folder)
        except FileNotFoundError:
            show_problem(
                "These examples are no longer here.",
                "Somebody has saved or deleted them meanwhile. Reload the page to see the current data.",
            )
    with right:
        st.markdown("**Examples**")
        table_view.show(count_table(data), f"Examples of each class of {data.name} in each split", f"counts_{key}")
        st.caption(
            "Split 60 : 15 : 25, by class, with a fixed seed. No example occurs twice. " + about_near_duplicates(data)
        )
        skipped(data, f"skipped_{key}")


def about_near_duplicates(data: OwnData) -> str:
    """Say how many near-duplicates there are, and what was done with them."""
    if data.near_duplicates is None:
        return "An earlier version split this data and did not look for near-duplicates; upload it again to find them."
    if not data.near_duplicates:
        return "There are no near-duplicates in it."
    alike = {
        "text": f"at least {numbers.whole_percent(NEAR_WORDS)} of their words are the same",
        "image": f"their pixels differ by {numbers.setting(NEAR_PIXELS)} of 255 at most, as a root mean square",
    }
    return (
        f"{numbers.whole(data.near_duplicates)} examples have a near-duplicate ({alike[data.kind]}), always in the "
        "same split: a test example that resembles a training example would only ask what the model remembers."
    )


def skipped(data: OwnData, key: str) -> None:
    """Show what was left out, and why."""
    if not data.skipped:
        st.caption("Nothing was skipped.")
        return
    total = sum(s.count for s in data.skipped)
    st.markdown(f"**Skipped: {numbers.whole(total)}**")
    rows: list[table.Row] = [
        {"How many": s.count, "Why": s.reason, "Where": ", ".join(s.first) + (" ..." if s.count > len(s.first) else "")}
        for s in data.skipped
    ]
    table_view.show(table.of(rows), "What was skipped and why", key)


def count_table(data: OwnData) -> table.Table:
    """Return a table with a row per class, a column per split, and the totals."""
    sums = [data.examples(split) for split in ("train", "validation", "test")]
    rows = [*zip(map(safe_cell, data.class_names), data.counts, strict=True), ("All", sums)]
    return table.of(
        [{"Class": name, "Train": n[0], "Validation": n[1], "Test": n[2]} for name, n in rows], sortable=False
    )


def first_rows(labels: np.ndarray, classes: int) -> list[int]:
    """Return the rows of the first few examples of each class."""
    return [int(row) for c in range(classes) for row in np.flatnonzero(labels == c)[:SHOWN_PER_CLASS]]


def preview_texts(data: OwnData, folder: Path, key: str) -> None:
    """Show a few texts of each class, with their labels."""
    texts, labels, _ = own_examples.read_texts(folder)
    rows = first_rows(labels, len(data.class_names))
    names = [safe_cell(data.class_names[labels[r]]) for r in rows]
    shown = [{"Text": safe_cell(texts[row]), "Label": name} for row, name in zip(rows, names, strict=True)]
    table_view.show(table.of(shown), "A few texts of each class", key, tallest=420)
    pairs = zip(data.class_names, own_data.LABEL_WORDS, strict=False)
    words = ", ".join(f"{word} = {literal(name)}" for name, word in pairs)
    st.caption(f"T5 answers with a word. Each class gets a word that begins unlike any other: {words}.")


def preview_pictures(data: OwnData, folder: Path) -> None:
    """Show a few pictures of each class as the models see them."""
    labels, _ = own_examples.read_splits(folder)
    rows = first_rows(labels, len(data.class_names))
    pictures = own_examples.read_pictures(folder, rows)
    for number, name in enumerate(data.class_names):
        mine = [picture for picture, row in zip(pictures, rows, strict=True) if labels[row] == number]
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(literal(name), width=120)
            for picture in mine:
                st.image(picture, width=THUMBNAIL, alt=f"A picture of the class {name}")
