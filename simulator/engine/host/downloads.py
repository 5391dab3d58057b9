"""Downloads whose progress is reported, and that are given up when too little arrives.

The libraries that fetch files give up on a server only if it sends nothing at all, and do not report their progress.
The code that reads their bytes (:mod:`simulator.engine.host.transports`) counts them here.
"""

from __future__ import annotations

import contextvars
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from simulator.errors import SimulatorError
from simulator.events import Downloading
from simulator.figures import numbers
from simulator.host.background import in_background

Result = TypeVar("Result")

NEWS_SECONDS = 0.5
PACE_SECONDS = 5.0
"""Seconds over which the pace is taken: a mean over the whole download would still look good long after it stalls."""


class Unusable(SimulatorError):
    """A file is not available or is broken; the message says why, in a few words."""


@dataclass(frozen=True)
class Patience:
    """A download is given up when fewer than ``bytes`` arrived within ``seconds``.

    At 1 KiB in 30 s the smallest weights, MobileNetV2's 14 MB, would take nearly five days; the slowest connection
    that a classroom shares gives each of thirty more than that.
    """

    seconds: float = 30.0
    bytes: int = 1024


@dataclass
class Transfer:
    """One file on its way.

    Attributes:
        received: Bytes of it that are here.
        total: Its size in bytes, if the server states it.
        reported: What was last reported of it.
    """

    file: str
    received: int
    total: int | None
    reported: Downloading | None = None
    paces: deque[tuple[float, int]] = field(default_factory=deque)

    def news(self, now: float) -> Iterator[Downloading]:
        """Its progress, if there is news."""
        if self.reported and self.reported.received == self.received == self.total:
            return
        self.paces.append((now, self.received))
        while len(self.paces) > 2 and now - self.paces[1][0] >= PACE_SECONDS:
            self.paces.popleft()
        (since, before), received = self.paces[0], self.received
        pace = max(0, received - before) / (now - since) if now > since else None
        event = Downloading(file=self.file, received=received, total=self.total, bytes_per_second=pace)
        if event != self.reported:
            self.reported = event
            yield event


class Watch:
    """Counts the bytes of files that are fetched one after another.

    Args:
        patience: When to give up.
        clock: Returns seconds.
    """

    def __init__(self, patience: Patience = Patience(), clock: Callable[[], float] = time.monotonic) -> None:
        self.patience = patience
        self.clock = clock
        self.transfers: list[Transfer] = []
        self.file = ""  # under way; "" if only the server's address names it
        self.reported_of = 0  # this many files are complete and fully reported
        self.cancelled = False
        self.came = 0
        self.since, self.before = clock(), 0

    def begin(self, file: str, received: int, total: int | None) -> None:
        """A server begins to send a file, or resumes it after a connection broke off."""
        if self.transfers and self.transfers[-1].file == file:
            self.transfers[-1].received, self.transfers[-1].total = received, total
        else:
            self.transfers.append(Transfer(file, received, total))
            self.since, self.before = self.clock(), self.came

    def count(self, size: int) -> None:
        """Bytes arrived; none if a library waited for them in vain for a while.

        Raises:
            Unusable: if too few arrived lately, or nobody waits for the file any more.
        """
        self.transfers[-1].received += size
        self.came += size
        if self.cancelled:
            raise Unusable(f"{self.transfers[-1].file}: cancelled")
        now = self.clock()
        if now - self.since >= self.patience.seconds:
            if self.came - self.before < self.patience.bytes:
                raise self.too_little()
            self.since, self.before = now, self.came

    def too_little(self) -> Unusable:
        """The error to raise when the download is given up."""
        transfer = self.transfers[-1]
        of = f" of {numbers.size(transfer.total)}" if transfer.total else ""
        lately, seconds = numbers.size(self.came - self.before), numbers.duration(self.clock() - self.since)
        return Unusable(
            f"{transfer.file}: only {numbers.size(transfer.received)}{of} arrived, and {lately} in the last {seconds}. "
            "The connection is too slow, or a filter or proxy holds the file back (HTTPS_PROXY must name a proxy)"
        )

    def news(self) -> Iterator[Downloading]:
        """The progress of the file under way, after the last news of the files before it."""
        under_way = self.transfers[self.reported_of :]
        self.reported_of += max(0, len(under_way) - 1)
        for transfer in under_way:
            yield from transfer.news(self.clock())


_watch: ContextVar[Watch | None] = ContextVar("_watch", default=None)


def current() -> Watch | None:
    """The watch that counts the downloads in this context."""
    return _watch.get()


@contextmanager
def fetching(file: str = "") -> Iterator[Watch]:
    """Count the downloads in this block, whether or not somebody follows them.

    Args:
        file: Its name; "" takes it from the address.
    """
    watch = _watch.get() or Watch()
    token, watch.file = _watch.set(watch), file
    try:
        yield watch
    finally:
        watch.file = ""
        _watch.reset(token)


def followed(work: Callable[[], Result], patience: Patience = Patience()) -> Generator[Downloading, None, Result]:
    """Call ``work`` in a thread, and report meanwhile what it downloads.

    Closing the generator ends the download too.

    Args:
        work: May fetch files; its result is returned here, and its errors are raised here.
        patience: When a download is given up.
    """
    watch = Watch(patience)
    context = contextvars.copy_context()
    context.run(_watch.set, watch)
    result = in_background(partial(context.run, work))
    try:
        while not result.done():
            wait([result], timeout=NEWS_SECONDS)
            yield from watch.news()
    finally:
        watch.cancelled = True
    return result.result()
