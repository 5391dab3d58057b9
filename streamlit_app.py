"""KD Pruning Simulator: real distillation and pruning, live. Page config, navigation, sidebar status; nothing else."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from simulator.runs import service
from ui.following import live, stream
from ui.shell import routes, server
from ui.shell.frame import mark_frame, navigation
from ui.shell.guard import errors_shown

ICON = Path(__file__).parent / "ui/shell/icon.svg"


@st.fragment(run_every=10, key="status")
@errors_shown()  # the timer runs it without the frame around it
def sidebar_status() -> None:
    """Which runs are under way or waiting, with a link to each."""
    live.status()


def main() -> None:
    """Draw the frame around the page that was asked for."""
    page = navigation()
    title = routes.at(page.url_path).title
    st.set_page_config(page_title=f"{title} - KD Pruning Simulator", page_icon=ICON, layout="wide")
    with errors_shown():  # above all of a database that cannot keep runs
        service.start()
        with st.sidebar:
            sidebar_status()
        mark_frame(page)
        page.run()


app = st.App(__file__, lifespan=server.lifespan, routes=[stream.route()])  # `streamlit run` starts it, once

if __name__ == "__main__":  # for every browser, again and again
    main()
