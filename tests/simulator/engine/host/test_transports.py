"""Where the bytes pass: what torchvision fetches is counted, and what the hub sends in parts is put together."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from simulator.data import availability
from simulator.engine.host import transports
from simulator.engine.host.downloads import Patience, Unusable
from simulator.errors import NotAvailable
from tests.hub_server import HubServer
from tests.simulator.engine.host.fetched import CONTENT, SHORT, check_told, of_the_hub, of_torchvision


def test_a_connection_to_the_hub_that_breaks_off_is_taken_up_again(
    published: Callable[[bytes], HubServer], tmp_path: Path
) -> None:
    server = published(CONTENT)
    server.faults["model.safetensors"] = "drop"
    outcome = of_the_hub(server, tmp_path, Patience())
    assert Path(outcome["file"]).read_bytes() == CONTENT
    assert server.ranges == [f"bytes={transports.PART}-"]  # of the half that came, what was written already
    assert outcome["events"][-1]["received"] == outcome["events"][-1]["total"] == len(CONTENT)


def test_torchvisions_weights_are_followed_to_their_end(
    torchvision: str, server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults[torchvision] = "steady"
    check_told(of_torchvision(server, Patience(0.2, 1024)), torchvision, len(SHORT))
    assert availability.checkpoint_file("resnet18").read_bytes() == SHORT
    server.requests.clear()
    assert of_torchvision(server, Patience(0.2, 1024)) == []
    assert server.requests == []


@pytest.mark.parametrize("fault", ["trickle", "hang"])
def test_torchvisions_weights_that_hardly_come_are_given_up(torchvision: str, server: HubServer, fault: Any) -> None:
    availability.weights_state("resnet18")  # asked while all is well
    server.faults[torchvision] = fault
    with pytest.raises(NotAvailable) as raised:
        of_torchvision(server, Patience(0.4, 1024))
    assert f"{torchvision}: " in raised.value.message
    assert ("only " in raised.value.message) == (fault == "trickle")
    assert all(way in raised.value.advice for way in ("again", "python -m simulator prepare", 'weights="scratch"'))
    assert list(availability.checkpoint_file("resnet18").parent.iterdir()) == []


def test_torchvisions_weights_that_nobody_follows_any_more_are_not_fetched_on(
    torchvision: str, server: HubServer
) -> None:
    server.faults[torchvision] = "trickle"
    assert len(of_torchvision(server, Patience(), close_after=2)) == 2
    assert server.hung_up.wait(5)


def test_a_chunked_answer_that_breaks_off_is_said() -> None:
    def answer_half() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf")

    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:
        answered = pool.submit(answer_half)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/weights.pth"
        with transports.fetching_by_urllib(), urllib.request.urlopen(address) as response:
            assert response.read(4096) == b"half"
            with pytest.raises(Unusable, match=r"weights\.pth: the connection broke off"):
                response.read(4096)
        answered.result()
