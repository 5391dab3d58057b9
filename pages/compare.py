"""Compare: variants of any finished runs in one picture and one table, and what differs between the runs."""

from __future__ import annotations

import streamlit as st

from ui import compare, compared, results
from ui import compare_pictures as pictures
from ui.frame import need_frame
from ui.guard import errors_shown

need_frame()
st.title("Compare")
with errors_shown():
    everything = compared.finished()
    if not everything:
        results.nothing_yet()
        st.stop()
    st.markdown("Which variant is the most accurate for its size and its time? And what did a change of settings do?")
    st.caption("This page's address holds the runs and the picture: send it, and others on this server see the same.")
    runs = compare.choose(everything)
    if not runs:
        st.info("Choose one or more finished runs above.", icon=":material/arrow_upward:")
        st.stop()
    letters = compare.letters_of(runs)
    compare.key_to_letters(runs, letters)
    entries = [entry for run in runs for entry in compared.entries_of(run.id)]
    compare.warn_of_mixture(entries)

    st.header("Variants", divider="gray")
    if pictures.which() == pictures.SCATTER:
        shown, front = pictures.scatter(everything, entries, letters)
    else:
        shown, front = pictures.parallel(entries, letters), None
    compare.filtered(shown, len(entries), compare.row_names(runs, letters), front)

    st.header("Settings side by side", divider="gray")
    compare.side_by_side(runs, letters, entries)
