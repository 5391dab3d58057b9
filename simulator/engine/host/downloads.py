"""Downloads that are followed while they last, and given up when too little comes.

The libraries that fetch files give a server up only when it sends nothing at all, and do not say how far they are.
What reads their bytes (:mod:`simulator.engine.host.transports`) counts them here.
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
"""The pace is that of the last seconds: a mean over all of them would still look good long after nothing comes."""


class Unusable(SimulatorError):
    """A file is not available or is broken; the message says why, in a few words."""


@dataclass(frozen=True)
class Patience:
    """A download is given up when fewer than ``bytes`` came within ``seconds``.

    At 1 KiB in 30 s the smallest weights, MobileNetV2's 14 MB, would take nearly five days; the slowest line that a
    classroom shares gives each of thirty more than that.
    """

    seconds: float = 30.0
    bytes: int = 1024


@dataclass
class Transfer:
    """One file on its way.

    Attributes:
        received: Bytes of it that are here.
        total: Its size in bytes, if the server says it.
        told: What was last said of it.
    """

    file: str
    received: int
    total: int | None
    told: Downloading | None = None
    paces: deque[tuple[float, int]] = field(default_factory=deque)

    def news(self, now: float) -> Iterator[Downloading]:
        """How far it is, where that is new."""
        if self.told and self.told.received == self.received == self.total:
            return
        self.paces.append((now, self.received))
        while len(self.paces) > 2 and now - self.paces[1][0] >= PACE_SECONDS:
            self.paces.popleft()
        (since, before), received = self.paces[0], self.received
        pace = max(0, received - before) / (now - since) if now > since else None
        event = Downloading(file=self.file, received=received, total=self.total, bytes_per_second=pace)
        if event != self.told:
            self.told = event
            yield event


class Watch:
    """Counts the bytes of files that are fetched one after another.

    Args:
        patience: When to give up.
        clock: Gives seconds.
    """

    def __init__(self, patience: Patience = Patience(), clock: Callable[[], float] = time.monotonic) -> None:
        self.patience = patience
        self.clock = clock
        self.transfers: list[Transfer] = []
        self.file = ""  # under way; "" where only the server's address names it
        self.told_of = 0  # this many files are complete, and the last news of them was given
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
        """Bytes came; none where a library waited for them in vain for a while.

        Raises:
            Unusable: if too few came lately, or nobody waits for the file any more.
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
        """What is raised when the download is given up."""
        transfer = self.transfers[-1]
        of = f" of {numbers.size(transfer.total)}" if transfer.total else ""
        lately, seconds = numbers.size(self.came - self.before), numbers.duration(self.clock() - self.since)
        return Unusable(
            f"{transfer.file}: only {numbers.size(transfer.received)}{of} arrived, and {lately} in the last {seconds}. "
            "The connection is too slow, or a filter or proxy holds the file back (HTTPS_PROXY must name a proxy)"
        )

    def news(self) -> Iterator[Downloading]:
        """How far the file under way is, after the last news of those before it."""
        under_way = self.transfers[self.told_of :]
        self.told_of += max(0, len(under_way) - 1)
        for transfer in under_way:
            yield from transfer.news(self.clock())


_watch: ContextVar[Watch | None] = ContextVar("_watch", default=None)


def current() -> Watch | None:
    """The one that counts what is fetched in this context."""
    return _watch.get()


@contextmanager
def fetching(file: str = "") -> Iterator[Watch]:
    """Count what is fetched in this block, whether or not somebody follows it.

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
    """Do something in a thread, and say meanwhile what it downloads.

    Closing the generator ends the download too.

    Args:
        work: May fetch files; what it gives or raises is given or raised here.
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
