"""Uploading a file: which files are accepted, the uploader, and a name for the data."""

from __future__ import annotations

import streamlit as st

from simulator.data import own_data, uploads
from simulator.data.own_data import OwnData
from simulator.data.uploads.classes import CLASSES, FEWEST, FEWEST_PER_CLASS
from simulator.errors import SimulatorError
from simulator.figures import numbers
from ui.screens.own_data.kept import CHOSEN
from ui.screens.own_data.spreadsheets import example_csv
from ui.shell import address
from ui.shell.guard import errors_shown, show_problem
from ui.shell.plain import literal

DRAFT, UPLOADER = "own_draft", "own_uploader"


def what_can_be_brought() -> None:
    """Describe the two kinds of file, and say who will see what is uploaded."""
    low, high = CLASSES
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.markdown("**Texts: a CSV file**")
        st.markdown(
            f"A header row with the columns `text` and `label`, then one row for each text. Up to "
            f"{numbers.size(uploads.MOST_CSV_BYTES)}."
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
            "A folder for each class, named after it, with PNG or JPEG files. Up to "
            f"{numbers.size(uploads.MOST_ZIP_BYTES)}. Pictures are cropped to a square, and large ones shrunk to "
            "64 x 64 pixels."
        )
    st.caption(
        f"{low} to {high} classes, at least {FEWEST_PER_CLASS} different examples in each and "
        f"{FEWEST} in all. What you upload stays on this server until it is deleted, and everybody who can "
        "open this app can see, use and delete it: upload nothing private."
    )


def upload() -> OwnData | None:
    """Check the chosen file once; return its data, or show why it cannot be used."""
    held = st.session_state
    file = st.file_uploader(
        "CSV or ZIP file",
        type=["csv", "tsv", "txt", "zip"],
        max_upload_size=uploads.MOST_ZIP_BYTES // uploads.MIB,
        key=f"{UPLOADER}_{held.get(UPLOADER, 0)}",
    )
    if file is None:
        held.pop(DRAFT, None)
        return None
    if held.get(DRAFT, ("",))[0] != file.file_id:
        content = file.getvalue()
        turns = "Waiting for other uploads of pictures, then checking the file"
        with st.spinner(turns if uploads.must_wait(content) else "Checking the file", show_time=True):
            try:
                held[DRAFT] = (file.file_id, uploads.check(file.name, content))
            except SimulatorError as error:
                held[DRAFT] = (file.file_id, error)
    checked = held[DRAFT][1]
    if isinstance(checked, SimulatorError):
        show_problem(checked.message, checked.advice)
        return None
    draft: OwnData = checked
    return draft


def keep(draft: OwnData) -> None:
    """Ask for a name, then save the data."""
    with st.form("keep_data", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        title = st.text_input(
            "Name", max_chars=own_data.TITLE_LENGTH, key="own_title", width=320, placeholder="its name in the Lab"
        )
        pressed = st.form_submit_button("Save", type="primary", icon=":material/save:")
    if pressed:
        with errors_shown():
            kept = own_data.keep(draft.name, title)
            st.session_state[UPLOADER] = st.session_state.get(UPLOADER, 0) + 1  # an empty uploader
            st.session_state.pop(DRAFT, None)
            address.put(CHOSEN, kept.name)
            st.toast(f"{literal(kept.title)} is ready for the Lab.", icon=":material/check_circle:")
            st.rerun()
