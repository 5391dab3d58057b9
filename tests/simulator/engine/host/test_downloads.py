"""Downloads that are followed: what is said meanwhile, when they are given up. A loopback server sends the files."""

from __future__ import annotations

import hashlib
import os
import random
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.catalog.models import MODELS
from simulator.config.run import make_config
from simulator.data import availability
from simulator.engine.host import downloads, transports
from simulator.engine.host.downloads import Patience, Unusable, Watch, followed
from simulator.engine.models import weights
from simulator.engine.setup import preparation
from simulator.errors import NotAvailable
from simulator.events import Downloading, Progress
from tests.hub_server import HubServer, python

CONTENT = random.Random(0).randbytes(3_000_000)
SHORT = CONTENT[:300_000]
T5 = MODELS["t5_small"]

FOLLOW = """
import json, sys, time
from functools import partial
from simulator.engine.host import downloads, hub
downloads.NEWS_SECONDS = 0.05
repository, revision, seconds, bytes_, close_after = sys.argv[1:]
work = partial(hub.download, repository, revision, ["model.safetensors"])
events, found = [], {}
following = downloads.followed(work, downloads.Patience(float(seconds), int(bytes_)))
try:
    while len(events) < int(close_after):
        events.append(next(following).model_dump())
    following.close()
except StopIteration as end:
    found["file"] = str(end.value["model.safetensors"])
except downloads.Unusable as error:
    found["error"] = str(error)
print(json.dumps({**found, "events": events}))
time.sleep(0.2)  # for the thread that is to end itself
"""


def of_the_hub(server: HubServer, home: Path, patience: Patience, close_after: int = 1_000_000) -> dict[str, Any]:
    """What is said, and what comes, of a file that a fresh process fetches from the hub."""
    arguments = (T5.repository, T5.revision, str(patience.seconds), str(patience.bytes), str(close_after))
    outcome: dict[str, Any] = python(FOLLOW, *arguments, server=server, home=home)
    return outcome


def of_torchvision(server: HubServer, patience: Patience, close_after: int = 1_000_000) -> list[Downloading]:
    following = followed(lambda: weights.find("resnet18", "pretrained"), patience)
    events = [event for event, _ in zip(following, range(close_after), strict=False)]
    following.close()
    return events


@pytest.fixture
def server() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


@pytest.fixture
def hub(server: HubServer) -> Callable[[bytes], HubServer]:
    def publish(content: bytes) -> HubServer:
        server.publish(T5.repository, T5.revision, {"model.safetensors": content})
        return server

    return publish


@pytest.fixture
def torchvision(server: HubServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The name of a file that stands for ResNet-18's weights."""
    monkeypatch.setenv("KDPS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr(downloads, "NEWS_SECONDS", 0.05)
    path = f"/models/resnet18-{hashlib.sha256(SHORT).hexdigest()[:8]}.pth"
    server.files[path] = SHORT
    monkeypatch.setitem(MODELS, "resnet18", replace(MODELS["resnet18"], checkpoint=server.url + path))
    return path.rsplit("/", 1)[-1]


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def receive(watch: Watch, clock: Clock, bytes_per_second: int, seconds: int) -> None:
    for _ in range(seconds):
        clock.seconds += 1
        watch.count(bytes_per_second)


def test_a_trickle_is_given_up_within_a_minute_with_what_came() -> None:
    clock = Clock()
    watch = Watch(clock=clock)
    watch.begin("model.safetensors", 0, 268_000_000)
    receive(watch, clock, 2_000_000, 60)
    with pytest.raises(Unusable, match=r"model.safetensors: only 120 MB of 268 MB arrived, and \d+ B in the last 30 s"):
        receive(watch, clock, 1, 60)
    assert clock.seconds <= 60 + 60


@pytest.mark.parametrize("bytes_per_second", [50 * 1024, 35])
def test_a_slow_but_steady_server_is_waited_for(bytes_per_second: int) -> None:
    clock = Clock()
    watch = Watch(clock=clock)
    watch.begin("model.safetensors", 0, None)
    receive(watch, clock, bytes_per_second, 3600)
    assert watch.transfers[0].received == 3600 * bytes_per_second


def test_a_server_that_sends_a_little_before_every_break_is_given_up_too() -> None:
    clock = Clock()
    watch = Watch(clock=clock)

    def come_and_break_off() -> None:
        watch.begin("model.safetensors", 0, None)  # the part that came before was lost
        watch.count(10)
        clock.seconds += 6
        watch.count(0)

    for _ in range(4):
        come_and_break_off()
    with pytest.raises(Unusable, match="only 10 B arrived, and 50 B in the last 30 s"):
        come_and_break_off()


def test_every_file_has_its_time() -> None:
    clock = Clock()
    watch = Watch(clock=clock)
    watch.begin("config.json", 0, 2)
    watch.count(2)
    clock.seconds = 40.0  # checking it took a while
    watch.begin("model.safetensors", 0, 100)
    watch.count(1)


def test_the_pace_is_that_of_the_last_seconds() -> None:
    clock = Clock()
    watch = Watch(clock=clock)
    watch.begin("model.safetensors", 0, 10_000_000)
    paces = []
    for size in [1_000_000] * 3 + [0] * 8:
        clock.seconds += 1
        watch.count(size)
        paces += [event.bytes_per_second for event in watch.news()]
    assert paces[0] is None
    assert paces[1:3] == [1_000_000, 1_000_000]
    assert paces[-1] == 0


def check_told(events: Sequence[Any], file: str, size: int) -> None:
    received = [event.received for event in events]
    assert len(events) > 3
    assert received == sorted(received)
    assert received[0] < size == received[-1]
    assert {(event.file, event.total) for event in events} == {(file, size)}
    assert any(event.bytes_per_second for event in events)


def test_a_file_of_the_hub_is_followed_to_its_end_and_then_asked_for_no_more(
    hub: Callable[[bytes], HubServer], tmp_path: Path
) -> None:
    server = hub(SHORT)
    server.faults["model.safetensors"] = "steady"
    outcome = of_the_hub(server, tmp_path, Patience(0.2, 1024))
    check_told([Downloading(**event) for event in outcome["events"]], "model.safetensors", len(SHORT))
    assert Path(outcome["file"]).read_bytes() == SHORT

    server.requests.clear()
    again = of_the_hub(server, tmp_path, Patience(0.2, 1024))
    assert again == {"file": outcome["file"], "events": []}
    assert [r for r in server.requests if "/api/" not in r] == []  # huggingface_hub has questions of its own there


def test_a_trickle_from_the_hub_is_given_up(hub: Callable[[bytes], HubServer], tmp_path: Path) -> None:
    server = hub(SHORT)
    server.faults["model.safetensors"] = "trickle"
    outcome = of_the_hub(server, tmp_path, Patience(0.5, 1024))
    assert "model.safetensors: only " in outcome["error"]
    assert " B of 300 kB arrived" in outcome["error"]
    assert "proxy" in outcome["error"]
    assert len([r for r in server.requests if r.startswith("GET /storage")]) == 1  # not tried five times
    assert list(tmp_path.rglob("*.incomplete")) == []


def test_a_connection_to_the_hub_that_breaks_off_is_taken_up_again(
    hub: Callable[[bytes], HubServer], tmp_path: Path
) -> None:
    server = hub(CONTENT)
    server.faults["model.safetensors"] = "drop"
    outcome = of_the_hub(server, tmp_path, Patience())
    assert Path(outcome["file"]).read_bytes() == CONTENT
    assert server.ranges == [f"bytes={transports.PART}-"]  # of the half that came, what was written already
    assert outcome["events"][-1]["received"] == outcome["events"][-1]["total"] == len(CONTENT)


def test_a_download_of_the_hub_that_nobody_follows_any_more_ends(
    hub: Callable[[bytes], HubServer], tmp_path: Path
) -> None:
    server = hub(SHORT)
    server.faults["model.safetensors"] = "trickle"
    outcome = of_the_hub(server, tmp_path, Patience(), close_after=2)
    assert len(outcome["events"]) == 2
    assert server.hung_up.wait(5)
    assert list(tmp_path.rglob("*.incomplete")) == []


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


def test_a_run_says_what_it_downloads_before_it_begins(torchvision: str, server: HubServer) -> None:
    server.faults[torchvision] = "steady"
    config = make_config({"model": "resnet18", "weights": "pretrained", "dataset": "digits", "train_examples": 64})
    events = list(preparation(config))
    parts = [event.done for event in events if isinstance(event, Progress)]
    assert parts == [0, 1, 2, 3]
    fetched = events[1 : events.index(Progress(stage="prepare", done=1, total=3))]
    check_told(fetched, torchvision, len(SHORT))


def test_what_a_killed_download_left_is_deleted_by_the_next_and_one_under_way_is_not(
    torchvision: str, hub: Callable[[bytes], HubServer], tmp_path: Path
) -> None:
    place = availability.checkpoint_file("resnet18")
    blobs = tmp_path / "hf/hub" / f"models--{T5.repository.replace('/', '--')}" / "blobs"
    left, under_way = {}, {}
    for folder, name in ((place.parent, f"{place.name}.{{}}.partial"), (blobs, "{}.incomplete")):
        folder.mkdir(parents=True)
        left[folder], under_way[folder] = folder / name.format("left"), folder / name.format("under_way")
        for part in (left[folder], under_way[folder]):
            part.write_bytes(b"a part")
        os.utime(left[folder], (time.time() - 90_000,) * 2)
    of_torchvision(hub(SHORT), Patience())
    assert "file" in of_the_hub(hub(SHORT), tmp_path, Patience())
    assert not any(part.exists() for part in left.values())
    assert all(part.exists() for part in under_way.values())


def test_what_breaks_in_the_thread_is_raised_where_it_is_followed() -> None:
    def work() -> None:
        raise NotAvailable("no data", "bring some")

    with pytest.raises(NotAvailable, match="bring some"):
        list(followed(work))
