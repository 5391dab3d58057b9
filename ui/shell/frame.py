"""The frame around every page: the navigation, and the rule that no page is shown without it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.shell import address, routes
from ui.shell.routes import Entry, Route

HERE, ARRIVED = "page_here", "page_arrived"
STYLE = Path(__file__).with_suffix(".css")


def navigation() -> StreamlitPage:
    """Register the app's pages; return the one that was asked for.

    The menu shows one page for each entry: of the open page's entry that page, of the others their first. Which page is
    open is known only once they are registered, so they are registered again when it is another one than before.
    """
    before = routes.at(st.session_state.get(HERE, ""))
    page = _register(before)
    opened = routes.at(page.url_path)
    return page if opened == before else _register(opened)


def studies() -> None:
    """Open the experiment that an earlier link names: such links use another address."""
    linked = address.everything()
    parameters = {"experiment" if name == "study" else name: values for name, values in linked.items()}
    st.switch_page(routes.EXPERIMENTS.path, query_params=parameters)


def _register(opened: Route) -> StreamlitPage:
    listed = {
        section: [page for entry in entries for page in _pages(entry, opened)]
        for section, entries in routes.SECTIONS.items()
    }
    return st.navigation({"": [st.Page(studies, visibility="hidden")], **listed}, expanded=True)


def _pages(entry: Entry, opened: Route) -> list[StreamlitPage]:
    shown = opened if opened in entry.tabs else entry.tabs[0]
    return [
        st.Page(
            tab.path,
            title=entry.title,
            icon=entry.icon,
            default=tab == routes.HOME,
            visibility="visible" if tab == shown else "hidden",
        )
        for tab in entry.tabs
    ]


def mark_frame(page: StreamlitPage) -> None:
    """Called by streamlit_app.py: from now on, this browser's pages have their frame."""
    st.html(STYLE)
    st.session_state["framed"] = True
    if st.session_state.get(HERE) != page.url_path:
        st.session_state[HERE], st.session_state[ARRIVED] = page.url_path, True
    tabs(routes.at(page.url_path))


def tabs(opened: Route) -> None:
    """Link the pages of an entry to one another; each is a page of its own, so only the open one does any work."""
    listed = routes.ENTRY_OF[opened].tabs
    if len(listed) > 1:
        with st.container(horizontal=True, gap=None, key="tabs"):
            for tab in listed:
                with st.container(key="open_tab" if tab == opened else f"tab_{tab.name}", width="content"):
                    st.page_link(tab.path, label=tab.title, width="content")


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
