"""Pieces of the page Your data: upload, what came of it, and the data sets that are here."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from importlib.resources import files
from itertools import islice
from pathlib import Path

import numpy as np
import streamlit as st

from simulator.catalog.models import MODELS
from simulator.data import own_data, own_examples, uploads
from simulator.data.near_duplicates import NEAR_PIXELS, NEAR_WORDS
from simulator.data.own_data import OwnData
from simulator.data.uploads.classes import CLASSES, FEWEST, FEWEST_PER_CLASS
from simulator.errors import SimulatorError
from simulator.figures import numbers
from simulator.runs import service
from ui.figures import table
from ui.kit import table_view
from ui.shell import address, routes
from ui.shell.guard import errors_shown, show_problem
from ui.shell.plain import literal

DRAFT, UPLOADER, CHOSEN = "own_draft", "own_uploader", "data"
PICKED, SHOWN = "own_picked", "own_shown"
SHOWN_PER_CLASS = 3
THUMBNAIL = 84
EXAMPLE_EVERY = 11  # the reviews stand there by topic
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def what_can_be_brought() -> None:
    """The two kinds of file, in short, and who will see what is uploaded."""
    low, high = CLASSES
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.markdown("**Texts: a CSV file**")
        st.markdown(
            f"A heading with the columns `text` and `label`, then a row for each text. Up to "
            f"{uploads.MOST_CSV_BYTES // uploads.MB} MB."
        )
        st.download_button(
            "An example to try",
            example_csv,
            "reviews.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="example_csv",
        )
    with right, st.container(border=True, height="stretch"):
        st.markdown("**Pictures: a ZIP file**")
        st.markdown(
            "A folder for each class, with PNG or JPEG files in it; the folder's name is the class. Up to "
            f"{uploads.MOST_ZIP_BYTES // uploads.MB} MB. Pictures are cut to a square, and large ones shrunk to "
            "64 x 64 pixels."
        )
    st.caption(
        f"{low} to {high} classes, at least {FEWEST_PER_CLASS} different examples in each and "
        f"{FEWEST} in all. What you upload stays on this server until it is deleted, and everybody who can "
        "open this app can see, use and delete it: bring nothing private."
    )


def example_csv() -> str:
    """Some of the shipped reviews in the form that an upload needs."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("text", "label"))
    with (files("simulator") / "engine/datasets/reviews.csv").open(encoding="utf-8") as file:
        for row in islice(csv.DictReader(file), 0, None, EXAMPLE_EVERY):
            writer.writerow((safe_cell(row["text"]), row["topic"]))
    return out.getvalue()


def upload() -> OwnData | None:
    """The file that was chosen, checked once; gives what came of it, or shows why nothing did."""
    held = st.session_state
    file = st.file_uploader(
        "CSV or ZIP file",
        type=["csv", "tsv", "txt", "zip"],
        max_upload_size=uploads.MOST_ZIP_BYTES // uploads.MB,
        key=f"{UPLOADER}_{held.get(UPLOADER, 0)}",
    )
    if file is None:
        held.pop(DRAFT, None)
        return None
    if held.get(DRAFT, ("",))[0] != file.file_id:
        content = file.getvalue()
        turns = "Waiting until the pictures of others are read, then checking the file"
        with st.spinner(turns if uploads.must_wait(content) else "Checking the file", show_time=True):
            try:
                held[DRAFT] = (file.file_id, uploads.check(file.name, content))
            except SimulatorError as error:
                held[DRAFT] = (file.file_id, error)
    came = held[DRAFT][1]
    if isinstance(came, SimulatorError):
        show_problem(came.message, came.advice)
        return None
    draft: OwnData = came
    return draft


def keep(draft: OwnData) -> None:
    """Ask for a name, then keep the data."""
    with st.form("keep_data", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        title = st.text_input(
            "Name", max_chars=own_data.TITLE_LENGTH, key="own_title", width=320, placeholder="to find it by in the Lab"
        )
        pressed = st.form_submit_button("Keep it", type="primary", icon=":material/save:")
    if pressed:
        with errors_shown():
            kept = own_data.keep(draft.name, title)
            st.session_state[UPLOADER] = st.session_state.get(UPLOADER, 0) + 1  # an empty uploader
            st.session_state.pop(DRAFT, None)
            address.put(CHOSEN, kept.name)
            st.toast(f"{literal(kept.title)} is ready for the Lab.", icon=":material/check_circle:")
            st.rerun()


def describe(data: OwnData, folder: Path) -> None:
    """Preview, counts and what was skipped, the same for a draft and for data that was kept."""
    for note in data.notes:
        st.info(literal(note), icon=":material/info:")
    key = f"{folder.parent.name}_{folder.name}"  # a draft and what was kept of it may stand on one page
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
                "These examples are no longer in this place.",
                "Somebody has kept or deleted them meanwhile: reload the page to see what is here.",
            )
    with right:
        st.markdown("**Examples**")
        table_view.show(count_table(data), f"Examples of each class of {data.name} in each split", f"counts_{key}")
        st.caption(
            "Split 60 : 15 : 25, by class, with a fixed seed. No example is there twice. " + near_duplicates_said(data)
        )
        skipped(data, f"skipped_{key}")


def near_duplicates_said(data: OwnData) -> str:
    """How many near-duplicates there are, and what was done with them."""
    if data.near_duplicates is None:
        return "An earlier version split it and did not look for near-duplicates; upload it again to have that done."
    if not data.near_duplicates:
        return "There are no near-duplicates in it."
    alike = {
        "text": f"at least {numbers.whole_percent(NEAR_WORDS)} of their words are the same",
        "image": f"their pixels differ by {NEAR_PIXELS:g} of 255 at most, as a root mean square",
    }
    return (
        f"{data.near_duplicates:,} examples have a near-duplicate ({alike[data.kind]}), always in the same split: "
        "a test example that resembles a training example would only ask what the model remembers."
    )


def skipped(data: OwnData, key: str) -> None:
    """What was left out and why."""
    if not data.skipped:
        st.caption("Nothing was skipped.")
        return
    total = sum(s.count for s in data.skipped)
    st.markdown(f"**Skipped: {total:,}**")
    rows: list[table.Row] = [
        {"How many": s.count, "Why": s.reason, "Where": ", ".join(s.first) + (" ..." if s.count > len(s.first) else "")}
        for s in data.skipped
    ]
    table_view.show(table.of(rows), "What was skipped and why", key)


def count_table(data: OwnData) -> table.Table:
    """A row a class, a column a split, and the sums."""
    sums = [data.examples(split) for split in ("train", "validation", "test")]
    rows = [*zip(map(safe_cell, data.class_names), data.counts, strict=True), ("All", sums)]
    return table.of(
        [{"Class": name, "Train": n[0], "Validation": n[1], "Test": n[2]} for name, n in rows], sortable=False
    )


def first_rows(labels: np.ndarray, classes: int) -> list[int]:
    """The first few examples of each class."""
    return [int(row) for c in range(classes) for row in np.flatnonzero(labels == c)[:SHOWN_PER_CLASS]]


def preview_texts(data: OwnData, folder: Path, key: str) -> None:
    """A few texts of each class, with their labels."""
    texts, labels, _ = own_examples.read_texts(folder)
    rows = first_rows(labels, len(data.class_names))
    names = [safe_cell(data.class_names[labels[r]]) for r in rows]
    shown = [{"Text": safe_cell(texts[row]), "Label": name} for row, name in zip(rows, names, strict=True)]
    table_view.show(table.of(shown), "A few texts of each class", key, tallest=420)
    pairs = zip(data.class_names, own_data.LABEL_WORDS, strict=False)
    said = ", ".join(f"{word} = {literal(name)}" for name, word in pairs)
    st.caption(f"T5 answers with a word. Each class gets one that no other begins like: {said}.")


def preview_pictures(data: OwnData, folder: Path) -> None:
    """A few pictures of each class as the models get them."""
    labels, _ = own_examples.read_splits(folder)
    rows = first_rows(labels, len(data.class_names))
    pictures = own_examples.read_pictures(folder, rows)
    for number, name in enumerate(data.class_names):
        mine = [picture for picture, row in zip(pictures, rows, strict=True) if labels[row] == number]
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(literal(name), width=120)
            for picture in mine:
                st.image(picture, width=THUMBNAIL, alt=f"A picture of the class {name}")


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


def as_csv(data: OwnData) -> str:
    """The texts with labels and splits, safe to open in a spreadsheet."""
    texts, labels, splits = own_examples.read_texts(own_data.folder_of(data.name))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("text", "label", "split"))
    for text, label, split in zip(texts, labels, splits, strict=True):
        writer.writerow((safe_cell(text), safe_cell(data.class_names[label]), own_data.SPLITS[split]))
    return out.getvalue()


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe.

    Source: OWASP, "CSV Injection".
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def headline(data: OwnData) -> None:
    """What the data is, in one line."""
    everything = sum(data.examples(s) for s in ("train", "validation", "test"))
    what = "texts" if data.kind == "text" else "pictures"
    file = literal(data.file_name) or "a file without a name"
    st.caption(
        f"{everything:,} {what} in {len(data.class_names)} classes, from {file}, "
        f"uploaded {numbers.day(data.created_at)}. Its name on the command line: {data.name}"
    )
