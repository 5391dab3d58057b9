"""Fifty browsers at once: a class with its teacher's screens, and some who left theirs open."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from tests.serving import Served, served

SESSIONS = 50
SUCCESS = ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY
PAGES = ("", "lab", "compare", "quiz", "learn_loss")

COMES_AND_GOES = ("spinner", "empty")
"""Elements that say that something takes long, and what is left of them: more of them on a busy machine."""


@contextmanager
def session(here: Served) -> Iterator[ClientConnection]:
    """The connection of a browser tab to the server."""
    address = here.address.replace("http://", "ws://") + "/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], origin=here.address, max_size=None) as line:  # type: ignore[list-item]
        yield line


def elements_of(line: ClientConnection, page: str) -> list[Element]:
    """Request a page and read it to its end."""
    asked = BackMsg()
    asked.rerun_script.page_name = page
    line.send(asked.SerializeToString())
    elements = []
    while True:
        received = ForwardMsg.FromString(line.recv(timeout=300))
        if received.delta.new_element.WhichOneof("type") not in (*COMES_AND_GOES, None):
            elements.append(received.delta.new_element)
        if received.WhichOneof("type") == "script_finished" and received.script_finished == SUCCESS:
            return elements


def opened(line: ClientConnection, page: str) -> int:
    """Request a page that must not break; return its number of elements."""
    elements = elements_of(line, page)
    assert not [element for element in elements if element.HasField("exception")]
    return len(elements)


def test_fifty_sessions_each_get_their_page(tmp_path: Path) -> None:
    all_there = Barrier(SESSIONS)
    with served(tmp_path, KDPS_WARM="0") as here:

        def visit(number: int) -> int:
            with session(here) as line:
                all_there.wait(timeout=300)
                return opened(line, PAGES[number % len(PAGES)])

        with ThreadPoolExecutor(SESSIONS) as everybody:
            counts = list(everybody.map(visit, range(SESSIONS)))
    assert min(counts) > 10
    assert len(set(counts)) <= len(PAGES)  # each page is whole for everybody
