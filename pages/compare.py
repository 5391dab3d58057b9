"""Compare: variants of any finished runs in one picture and one table, and what differs between the runs."""

from __future__ import annotations

import streamlit as st

from ui.figures.compare import comparison, rows
from ui.screens.results import open_run
from ui.screens.results.compare import pictures, sections
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown

need_frame()
st.title("Compare")
with errors_shown():
    everything = rows.finished()
    if not everything:
        open_run.nothing_yet()
        st.stop()
    st.markdown("Which variant is the most accurate for its size and speed? And what did a change of settings do?")
    st.caption(
        "This page's address holds the runs and the picture: share it, and others on this server see the same page."
    )
    runs = sections.choose(everything)
    if not runs:
        st.info("Choose one or more finished runs above.", icon=":material/arrow_upward:")
        st.stop()
    letters = sections.letters_of(runs)
    names = comparison.run_names(runs, letters)
    sections.key_to_letters(runs, names)
    entries = [entry for run in runs for entry in rows.entries_of(run.id)]
    sections.warn_of_mixture(entries)
    sections.at_a_glance(runs, letters, names)

    st.header("Variants", divider="gray")
    sections.say_letters(names)
    if pictures.which() == pictures.SCATTER:
        shown, front = pictures.scatter(everything, entries, letters)
    else:
        shown, front = pictures.parallel(entries, letters), None
    sections.filtered(shown, len(entries), names, front)

    st.header("Settings side by side", divider="gray")
    sections.side_by_side(runs, names, entries)
