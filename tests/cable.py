"""A network cable between a browser and a server on this machine, which can be pulled out."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

BYTES = 65_536


class Cable:
    """Carries bytes between a port of its own and a server's, both ways.

    Args:
        port: The server's.
    """

    def __init__(self, port: int) -> None:
        self._server = ("127.0.0.1", port)
        self._ends = list[socket.socket]()
        self._changing = threading.Lock()
        self._plugged = True
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def pull_out(self) -> None:
        """From now on nothing goes through: open connections break, new ones are not taken."""
        with self._changing:
            self._plugged = False
            for end in self._ends:
                _close(end)
            self._ends.clear()

    def plug_in(self) -> None:
        """New connections go through again."""
        with self._changing:
            self._plugged = True

    def close(self) -> None:
        """End for good."""
        _close(self._listening)
        self.pull_out()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                browser, _ = self._listening.accept()
                with self._changing:
                    if not self._plugged:
                        _close(browser)
                        continue
                    server = socket.create_connection(self._server)
                    self._ends += [browser, server]
                for ends in ((browser, server), (server, browser)):
                    threading.Thread(target=_carry, args=ends, daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # one of the two ends was closed
        while received := source.recv(BYTES):
            target.sendall(received)
    _close(target)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def cable_to(port: int) -> Iterator[Cable]:
    """A cable that is plugged in; gone afterwards."""
    cable = Cable(port)
    try:
        yield cable
    finally:
        cable.close()
