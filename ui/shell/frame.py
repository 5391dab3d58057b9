"""The frame around every page: which pages there are, and that none is shown without it."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage


def navigation() -> StreamlitPage:
    """The app's pages; gives the one that was asked for."""
    pages = [
        st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
        st.Page("pages/guided_labs.py", title="Guided labs", icon=":material/school:"),
        st.Page("pages/models.py", title="Models", icon=":material/schema:"),
        st.Page("pages/lab.py", title="Lab", icon=":material/science:"),
        st.Page("pages/studies.py", title="Experiments", icon=":material/biotech:"),
        st.Page("pages/own_data.py", title="Your data", icon=":material/upload_file:"),
        st.Page("pages/results.py", title="Results", icon=":material/table_chart:"),
        st.Page("pages/runs.py", title="Runs", icon=":material/list:"),
        st.Page("pages/compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page("pages/quiz.py", title="Quiz", icon=":material/quiz:"),
    ]
    learn = [
        st.Page("pages/learn_soft_targets.py", title="Soft targets", icon=":material/thermostat:"),
        st.Page("pages/learn_loss.py", title="The loss", icon=":material/functions:"),
        st.Page("pages/learn_masks.py", title="Masks", icon=":material/grid_on:"),
        st.Page("pages/learn_zeros.py", title="What zeros cost", icon=":material/exposure_zero:"),
        st.Page("pages/learn_inside.py", title="Inside the network", icon=":material/account_tree:"),
        st.Page("pages/learn_answers.py", title="What changed", icon=":material/compare:"),
    ]
    return st.navigation({"": pages, "Learn": learn}, expanded=True)


HERE, ARRIVED = "page_here", "page_arrived"

# What the theme cannot say. Streamlit writes white on every primary button and on every chosen item of a multiselect,
# which is 2.8 : 1 on the dark theme's blue, and its colours for code are below 4.5 : 1 on either background.
# Plotly draws the axes of parallel coordinates in black.
LEGIBLE = """<style>
[data-testid^="stBaseButton-primary"], span[data-tag-index], span[data-tag-index] * {
    color: light-dark(#FFFFFF, #11181D);
}
[data-testid="stCode"] .token.token { color: light-dark(#0E171E, #E6EDF1); }
[data-testid="stCode"] .token.keyword, [data-testid="stCode"] .token.function, [data-testid="stCode"] .token.builtin,
[data-testid="stCode"] .token.number, [data-testid="stCode"] .token.boolean { color: light-dark(#005A8C, #7CC0E8); }
[data-testid="stCode"] .token.string, [data-testid="stCode"] .token.comment { color: light-dark(#0B5345, #7FD6BD); }
.parcoords .axis :is(path, line) { stroke: light-dark(#5B6770, #9AA7B0) !important; }
</style>"""


def mark_frame(page: StreamlitPage) -> None:
    """Called by streamlit_app.py: from here on this browser's pages have their frame."""
    st.html(LEGIBLE)
    st.session_state["framed"] = True
    if st.session_state.get(HERE) != page.url_path:
        st.session_state[HERE], st.session_state[ARRIVED] = page.url_path, True


def just_arrived() -> bool:
    """Whether this browser was on another page before, and nobody asked yet: the address then comes from a link."""
    return bool(st.session_state.pop(ARRIVED, False))


def arrive_again() -> None:
    """For a page that has mended the link it was opened with, and starts anew."""
    st.session_state[ARRIVED] = True


def need_frame() -> None:
    """Called first by every page: start again inside the frame, if Streamlit ran the page without it.

    While nobody has opened the app since the server started, a link to a page makes Streamlit run that
    file alone, because its folder is called pages: no navigation. Calling
    st.navigation ends that for the whole server.
    """
    if "framed" not in st.session_state:
        navigation()
        st.rerun()
