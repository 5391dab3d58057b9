"""The stream of a run: a route that sends what is new to every browser that watches, as server-sent events.

However many watch a run, one :class:`Reader` reads it, and each message is written once.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from bisect import bisect_right
from collections.abc import AsyncIterator

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from simulator.errors import RunNotFound
from simulator.events import Event
from simulator.host.faults import FAULTS, in_words
from simulator.runs import archive
from simulator.runs.records import ENDED, Run
from ui.following import drawing
from ui.following.story import Story
from ui.shell import server

PATH = "following"
READ_EVERY = 0.1
"""Seconds between two looks into the store; the worker writes to it every 0.2 s."""
BEAT_EVERY = 10.0
"""Seconds after which a browser is sent a sign of life if there is nothing else to send."""
TRY_AGAIN_AFTER = 1000
"""Milliseconds that a browser waits before it connects again."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

BEAT = b"event: beat\ndata: .\n\n"
NOTHING: dict[str, object] = {}

log = logging.getLogger(__name__)
News = tuple[Run, str, list[tuple[int, Event]]]


class Reader:
    """Reads a run for all who watch it, until it ends, nobody watches, or the server stops.

    Attributes:
        over: Whether nothing more will come.
        looks: How often it has looked into the store.
    """

    def __init__(self, run: Run) -> None:
        self.over = False
        self.looks = 0
        self._news = asyncio.Event()  # set when there is something new; then another takes its place
        self._run, self._queue, self._story = run, "", Story()
        self._points = list[tuple[int, drawing.Point]]()
        self._shown = NOTHING  # the latest message, without points
        self._shown_at = 0.0
        self._written = dict[int, bytes]()
        self._watchers = 0
        self._task: asyncio.Task[None] | None = None

    async def messages(self, after: int) -> AsyncIterator[bytes]:
        """Send what comes after an event, first of all what is there already.

        Args:
            after: The number of the last event that the browser knows; 0 if it knows none.
        """
        self._watchers += 1
        self._task = self._task or asyncio.create_task(self._read())
        sent = NOTHING
        try:
            yield f"retry: {TRY_AGAIN_AFTER}\n\n".encode()
            while not (self.over and self._shown is sent):
                if self._shown is not sent:
                    sent, message, after = self._shown, self._message(after), self._story.last
                    yield message
                    continue
                try:
                    await asyncio.wait_for(self._news.wait(), BEAT_EVERY)
                except TimeoutError:
                    yield BEAT
        finally:
            self._watchers -= 1

    async def _read(self) -> None:
        try:
            while self._watchers and not self.over and not server.stopping.is_set():
                self._take(await asyncio.to_thread(self._look))
                await asyncio.sleep(READ_EVERY)
        except FAULTS as error:  # the browsers connect again, and the page shows the error if it stays
            log.warning("The stream of run %s breaks off. %s", self._run.id, in_words(error))
        finally:
            READERS.pop(self._run.id, None)
            self.over = True
            self._tell()

    def _look(self) -> News:
        """Read the state before the events: none is missing when it says that the run has ended."""
        self.looks += 1
        run = archive.run(self._run.id)
        return run, drawing.waiting(run), archive.events(run.id, after=self._story.last)

    def _take(self, news: News) -> None:
        run, queue, events = news
        changed = events or (run.state, queue) != (self._run.state, self._queue)
        self._run, self._queue = run, queue
        self._story.add(events)
        self._points += drawing.points_of(events)
        if changed or time.monotonic() - self._shown_at >= 1:  # a text may say how many seconds have passed
            shown = drawing.message(run, self._story, queue, self._story.last, ())
            self._shown_at = time.monotonic()
            if shown != self._shown:
                self._shown = shown
                self._written.clear()
        self.over = run.state in ENDED
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _message(self, after: int) -> bytes:
        """Write the message for all browsers that know as much."""
        after = after if after <= self._story.last else 0  # it knows another run, which had this id before
        if after not in self._written:
            new = self._points[bisect_right(self._points, after, key=lambda numbered: numbered[0]) :]
            points = drawing.of_repeat((point for _, point in new), self._story.repeat)
            body = json.dumps({**self._shown, "after": after, "points": points}, separators=(",", ":"))
            self._written[after] = f"id: {self._story.last}\ndata: {body}\n\n".encode()
        return self._written[after]


READERS = dict[str, Reader]()
"""The readers of the runs that somebody watches, by the run's id."""


async def follow(request: Request) -> Response:
    """Answer with the stream of a run: open to whoever may open the run's page, which is everybody."""
    run_id = request.path_params["run"]
    try:
        run = await asyncio.to_thread(archive.run, run_id)
    except RunNotFound as error:
        return PlainTextResponse(str(error), 404, HEADERS)
    except FAULTS as error:
        return PlainTextResponse(str(in_words(error)), 503, HEADERS)
    return StreamingResponse(_messages(run, _known(request)), media_type="text/event-stream", headers=HEADERS)


async def _messages(run: Run, after: int) -> AsyncIterator[bytes]:
    reader = READERS.setdefault(run.id, Reader(run))  # here, not in follow: until it is asked, it may end
    async for message in reader.messages(after):
        yield message


def _known(request: Request) -> int:
    """Return the number of the last event that a browser knows: it says so itself when it connects again."""
    known = request.headers.get("last-event-id") or request.query_params.get("after", "")
    return int(known) if known.isascii() and known.isdigit() and len(known) < 10 else 0


def route() -> Route:
    """Return the route of the streams, below the path under which the app is served."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return Route(f"{f'/{base}' if base else ''}/{PATH}/{{run}}", follow)
