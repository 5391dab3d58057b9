"""Your data: upload a CSV file of texts or a ZIP file of pictures, and use it like any other data set."""

from __future__ import annotations

import streamlit as st

from simulator.data import own_data
from ui.screens.own_data import contents, kept, upload
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown

need_frame()
st.title("Your data")
st.markdown("Upload texts or pictures of your own, and let a teacher teach a student with them.")
upload.what_can_be_brought()
with errors_shown():
    draft = upload.upload()
    if draft is not None:
        st.header("What is in the file", divider="gray")
        contents.headline(draft)
        upload.keep(draft)
        contents.describe(draft, own_data.draft_folder(draft.name))

    kept.unreadable()
    here = own_data.listed()
    if here:
        st.header("Saved data", divider="gray")
        data = kept.choose(here)
        contents.headline(data)
        kept.ways_on(data)
        contents.describe(data, own_data.folder_of(data.name))
