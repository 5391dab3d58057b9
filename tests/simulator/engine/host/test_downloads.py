"""Downloads that are followed: what is said meanwhile, and when they are given up."""

from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.engine.host.downloads import Unusable, Watch, followed
from simulator.engine.setup import preparation
from simulator.errors import NotAvailable
from simulator.events import Progress
from tests.hub_server import HubServer
from tests.simulator.engine.host.fetched import SHORT, check_told


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


def test_a_run_says_what_it_downloads_before_it_begins(torchvision: str, server: HubServer) -> None:
    server.faults[torchvision] = "steady"
    config = make_config({"model": "resnet18", "weights": "pretrained", "dataset": "digits", "train_examples": 64})
    events = list(preparation(config))
    parts = [event.done for event in events if isinstance(event, Progress)]
    assert parts == [0, 1, 2, 3]
    fetched = events[1 : events.index(Progress(stage="prepare", done=1, total=3))]
    check_told(fetched, torchvision, len(SHORT))


def test_what_breaks_in_the_thread_is_raised_where_it_is_followed() -> None:
    def work() -> None:
        raise NotAvailable("no data", "bring some")

    with pytest.raises(NotAvailable, match="bring some"):
        list(followed(work))
