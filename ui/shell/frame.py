"""The frame around every page: the navigation, and the rule that no page is shown without it."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.shell import address, routes
from ui.shell.routes import Route


def navigation() -> StreamlitPage:
    """Register the app's pages; return the one that was asked for."""
    listed = {"": [*_pages(routes.MAIN), st.Page(studies, visibility="hidden")], "Learn": _pages(routes.LEARN)}
    return st.navigation(listed, expanded=True)


def studies() -> None:
    """Open the experiment that an earlier link names: such links use another address."""
    linked = address.everything()
    parameters = {"experiment" if name == "study" else name: values for name, values in linked.items()}
    st.switch_page(routes.EXPERIMENTS.path, query_params=parameters)


def _pages(listed: Iterable[Route]) -> list[StreamlitPage]:
    return [st.Page(one.path, title=one.title, icon=one.icon, default=one == routes.HOME) for one in listed]


HERE, ARRIVED = "page_here", "page_arrived"

# What the theme cannot say. Streamlit writes white on every primary button and on every chosen item of a multiselect,
# which is 2.8 : 1 on the dark theme's blue, and its colours for code are below 4.5 : 1 on either background.
# Plotly draws the axes of parallel coordinates in black. Streamlit leaves 6rem blank above a title, and rings what has
# the focus in half-transparent colour, which is below 3 : 1.
LEGIBLE = """<style>
[data-testid^="stBaseButton-primary"], span[data-tag-index], span[data-tag-index] * {
    color: light-dark(#FFFFFF, #11181D);
}
[data-testid="stCode"] .token.token { color: light-dark(#0E171E, #E6EDF1); }
[data-testid="stCode"] .token.keyword, [data-testid="stCode"] .token.function, [data-testid="stCode"] .token.builtin,
[data-testid="stCode"] .token.number, [data-testid="stCode"] .token.boolean { color: light-dark(#005A8C, #7CC0E8); }
[data-testid="stCode"] .token.string, [data-testid="stCode"] .token.comment { color: light-dark(#0B5345, #7FD6BD); }
[data-testid="stMainBlockContainer"] { padding-top: 3.5rem; }
[data-testid="stMainBlockContainer"] h1 { padding-block: 0.25rem 0.5rem; }
@media (min-width: 641px) { [data-testid="stMainBlockContainer"] { padding: 2rem 3rem 5rem; } }
:is(a, button, summary):focus-visible, :is(div, label):has(> input[type="range"]:focus-visible),
:is(label, [data-testid="stRadioOption"]):has(> span > input:focus-visible),
[role="group"]:has(> input:focus-visible), [data-testid="stNumberInputContainer"]:has(input:focus-visible) {
    outline: 2px solid light-dark(#005A8C, #7CC0E8) !important;
    outline-offset: 2px;
}
.parcoords .axis :is(path, line) { stroke: light-dark(#5B6770, #9AA7B0) !important; }
</style>"""


def mark_frame(page: StreamlitPage) -> None:
    """Called by streamlit_app.py: from now on, this browser's pages have their frame."""
    st.html(LEGIBLE)
    st.session_state["framed"] = True
    if st.session_state.get(HERE) != page.url_path:
        st.session_state[HERE], st.session_state[ARRIVED] = page.url_path, True


def just_arrived() -> bool:
    """Whether this browser came from another page and nobody has asked yet: the address then comes from a link."""
    return bool(st.session_state.pop(ARRIVED, False))


def arrive_again() -> None:
    """For a page that has corrected the link it was opened with, and starts again."""
    st.session_state[ARRIVED] = True


def need_frame() -> None:
    """Called first by every page: start again inside the frame, if Streamlit ran the page without it.

    Until somebody has opened the app after a server start, a link to a page makes Streamlit run that file alone,
    without navigation, because its folder is called pages. Calling st.navigation ends that for the whole server.
    """
    if "framed" not in st.session_state:
        navigation()
        st.rerun()
