"""The places that a download's bytes pass: the hub's HTTP client, and urllib, which torch.hub and torchvision use."""

from __future__ import annotations

import importlib
import re
import socket
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit
from urllib.response import addinfourl

from simulator.engine.host.downloads import Unusable, Watch, current, fetching

PART = 1024 * 1024
"""Bytes that the hub's library writes at once. What it has not written yet is lost when a connection breaks off, and
by default it writes only every tenth MiB."""
POSITION = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@cache
def count_the_hubs() -> None:
    """Have the hub's library count what it fetches, once a process.

    Its second way, hf_xet, would bypass its HTTP client: its progress could not be seen, and it could not be ended.
    """
    from huggingface_hub import constants, get_session, set_client_factory
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
    constants.HF_HUB_DISABLE_XET = True
    constants.DOWNLOAD_CHUNK_SIZE = PART
    client = get_session()
    hooks = {**client.event_hooks, "response": [*client.event_hooks["response"], _count]}
    make = type(client)  # httpx's, or httpx2's: the library's own choice
    set_client_factory(lambda: make(event_hooks=hooks, follow_redirects=True, timeout=None))


def _count(response: Any) -> None:
    """Have a response of the hub's HTTP client counted, if it brings a file."""
    watch = current()
    if watch is not None and response.request.method == "GET" and response.status_code in (200, 206):
        _begin(watch, str(response.request.url), response.headers)
        response.stream = _counted_stream()(response.stream, watch)


@cache
def _counted_stream() -> Any:
    from huggingface_hub.errors import HTTPError

    http = importlib.import_module(HTTPError.__module__)  # httpx or httpx2
    stream: Any = http.SyncByteStream

    class Counted(stream):
        """The body of a response, whose bytes are counted as they pass."""

        def __init__(self, body: Any, watch: Watch) -> None:
            self.body = body
            self.watch = watch

        def __iter__(self) -> Iterator[bytes]:
            try:
                for part in self.body:
                    self.watch.count(len(part))
                    yield part
            except http.TimeoutException:
                self.watch.count(0)  # gives up if it is time; otherwise the library asks again for the rest
                raise

        def close(self) -> None:
            self.body.close()

    return Counted


@contextmanager
def fetching_by_urllib() -> Iterator[None]:
    """Count what torch.hub and torchvision fetch in this block. They set no time-out of their own."""
    before = socket.getdefaulttimeout()
    with fetching() as watch:
        socket.setdefaulttimeout(watch.patience.seconds)
        urllib.request.install_opener(urllib.request.build_opener(_Counting))
        try:
            yield
        finally:
            socket.setdefaulttimeout(before)


class _Counting(urllib.request.BaseHandler):
    """Counts the bytes of urllib's responses that bring a file."""

    def http_response(self, request: urllib.request.Request, response: HTTPResponse) -> HTTPResponse | addinfourl:
        watch = current()
        if watch is None or request.get_method() != "GET" or response.status != 200:
            return response
        _begin(watch, request.full_url, response.headers)
        return _CountedResponse(response, watch)

    https_response = http_response


class _CountedResponse(addinfourl):
    """A response of urllib whose bytes are counted as they are read."""

    def __init__(self, response: HTTPResponse, watch: Watch) -> None:
        super().__init__(response, response.headers, response.url, response.status)
        self.watch = watch

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes, as they come: read itself would wait until there are so many."""
        try:
            part = self.fp.read1(size)
        except TimeoutError as error:
            raise self.watch.too_little() from error
        except HTTPException as error:  # no OSError: a chunked body ended early
            raise Unusable(f"{self.watch.transfers[-1].file}: the connection broke off") from error
        self.watch.count(len(part))
        return part


def _begin(watch: Watch, address: str, headers: Mapping[str, str]) -> None:
    """Tell the watch which file comes, from which byte on, and how large it is."""
    file = watch.file or urlsplit(address).path.rsplit("/", 1)[-1]
    position, length = POSITION.match(headers.get("Content-Range", "")), headers.get("Content-Length", "")
    if position:
        watch.begin(file, int(position[1]), int(position[2]) if position[2].isdigit() else None)
    else:
        watch.begin(file, 0, int(length) if length.isdigit() else None)
