"""The server's lifespan: while it is up, runs are carried out in the background."""

from __future__ import annotations

import asyncio
import importlib
import logging
import pkgutil
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType

import streamlit as st
from streamlit import cli_util
from streamlit.web.server import server_util

import ui
from simulator.host.faults import FAULTS, in_words
from simulator.runs import service

log = logging.getLogger(__name__)

stopping = threading.Event()
"""Is set as soon as the server is told to stop. The server waits for every open answer: a stream must end itself."""


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Start the background work with the server, and close it at the end.

    When the first page is requested, the pages' modules are loaded and a worker is ready. Runs of a server that was
    stopped are resumed even if nobody opens a page.
    """
    for module in pkgutil.walk_packages(ui.__path__, f"{ui.__name__}."):
        importlib.import_module(module.name)
    notice_the_end()
    try:
        service.start()
    except FAULTS as error:  # every page meets it again, and shows it
        log.error("%s", in_words(error))
    if not st.get_option("server.headless"):  # if an app has a lifespan, Streamlit opens no browser itself
        await asyncio.to_thread(cli_util.open_browser, own_address())
    try:
        yield
    finally:
        service.close()


def notice_the_end() -> None:
    """Set ``stopping`` when a signal tells the server to stop, and let the server do what it does."""
    stopping.clear()
    if threading.current_thread() is not threading.main_thread():
        return  # only the main thread may handle signals; in another one, a test ends the server
    for number in (signal.SIGINT, signal.SIGTERM):
        servers_own = signal.getsignal(number)

        def handle(number: int, frame: FrameType | None, servers_own: object = servers_own) -> None:
            stopping.set()
            if callable(servers_own):
                servers_own(number, frame)

        signal.signal(number, handle)


def own_address() -> str:
    """Return this server's address on this machine. It is listening; requests wait until it is ready."""
    address = st.get_option("server.address") or st.get_option("browser.serverAddress")
    return server_util.get_url(server_util.get_display_address(address))
