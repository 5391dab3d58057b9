"""Your data: bring a CSV file of texts or a ZIP file of pictures, and use it like any other data set."""

from __future__ import annotations

import streamlit as st

from simulator.data import own_data as kept
from ui.screens import own_data
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown

need_frame()
st.title("Your data")
st.markdown("Bring texts or pictures of your own, and let a teacher teach a student on them.")
own_data.what_can_be_brought()
with errors_shown():
    draft = own_data.upload()
    if draft is not None:
        st.header("What came of the file", divider="gray")
        own_data.headline(draft)
        own_data.keep(draft)
        own_data.describe(draft, kept.draft_folder(draft.name))

    own_data.unreadable()
    here = kept.listed()
    if here:
        st.header("Data that is here", divider="gray")
        data = own_data.choose(here)
        own_data.headline(data)
        own_data.ways_on(data)
        own_data.describe(data, kept.folder_of(data.name))
