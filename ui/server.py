"""What happens beside the pages: while the server is up, runs are carried out behind it."""

from __future__ import annotations

import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from threading import Timer

import streamlit as st

from simulator import service
from simulator.errors import SimulatorError

BROWSER_SECONDS = 0.5
"""Streamlit does not tell when the server listens: a moment after what is done here."""


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """From the server's start to its end.

    By the time the first page is asked for, everything is imported and a worker waits; and the runs of a server that
    was stopped are taken up though nobody opens a page.
    """
    with suppress(SimulatorError):  # every page meets it again, and shows it
        service.start()
    if not st.get_option("server.headless"):  # where an app has a lifespan, Streamlit opens no browser itself
        address = st.get_option("server.address") or st.get_option("browser.serverAddress")
        Timer(BROWSER_SECONDS, webbrowser.open, (f"http://{address}:{st.get_option('server.port')}",)).start()
    yield
    service.stop()
