"""KD Pruning Simulator: real distillation and pruning, live. Page config, navigation, sidebar status; nothing else."""

from __future__ import annotations

import streamlit as st

from simulator import service
from ui import live

# The folder must not be called pages: Streamlit would then serve its files by itself, without this frame, to the first
# browser that opens a link to one of them after the server has started.
PAGES = [
    st.Page("screens/home.py", title="Home", icon=":material/home:", default=True),
    st.Page("screens/models.py", title="Models", icon=":material/schema:"),
    st.Page("screens/lab.py", title="Lab", icon=":material/science:"),
    st.Page("screens/results.py", title="Results", icon=":material/table_chart:"),
    st.Page("screens/runs.py", title="Runs", icon=":material/list:"),
]


@st.cache_resource(show_spinner="Starting the worker")
def start_service() -> None:
    """Once per server process: runs are carried out in its background."""
    service.start()


@st.fragment(run_every=3, key="status")
def sidebar_status() -> None:
    """Which runs are under way or waiting, with a link to each."""
    live.status()


def main() -> None:
    """Draw the frame around the page that was asked for."""
    st.set_page_config(page_title="KD Pruning Simulator", page_icon=":material/science:", layout="wide")
    page = st.navigation(PAGES)
    start_service()
    with st.sidebar:
        sidebar_status()
    page.run()


main()
