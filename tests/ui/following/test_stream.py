"""The stream of a run: in order, nothing twice, one reader for all, and an end."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import streamlit as st

from simulator.config.run import make_config
from simulator.errors import StorageFault
from simulator.host.machine import process_name
from simulator.runs import archive
from simulator.runs.database.store import Store
from tests.serving import served
from tests.ui.invented import whole_run
from ui.following import drawing, stream
from ui.following.story import tell

EVENTS = list(whole_run())


@pytest.fixture
def under_way(store: Store) -> str:
    """A run that this process carries out, as a server sees it; it has no events yet."""
    store.add("r1", make_config({}), None, origin="cli")
    store.start("r1", process_name())
    return "r1"


def contents(messages: list[bytes]) -> list[dict]:
    """What was sent, without signs of life; each message is numbered with the last event in it."""
    found = []
    for text in (message.decode() for message in messages):
        if text.startswith("id: "):
            number, body = text.removesuffix("\n\n").split("\ndata: ")
            found.append(json.loads(body))
            assert number == f"id: {found[-1]['last']}"
    return found


def points(messages: list[bytes]) -> list[drawing.Point]:
    return [point for content in contents(messages) for point in content["points"]]


async def watch(run_id: str, after: int = 0) -> list[bytes]:
    """Everything that a browser is sent until the stream ends."""
    return [message async for message in stream._messages(archive.run(run_id), after)]


async def until(messages: AsyncIterator[bytes], last: int) -> list[bytes]:
    """What is sent up to an event."""
    found: list[bytes] = []
    async for message in messages:
        found.append(message)
        if (content := contents([message])) and content[0]["last"] >= last:
            break
    return found


async def written(store: Store, run_id: str, size: int) -> None:
    """Write all events in portions, as a worker does, and end the run."""
    for start in range(0, len(EVENTS), size):
        store.append(run_id, EVENTS[start : start + size])
        await asyncio.sleep(0.02)
    store.finish(run_id, "finished")


@pytest.mark.parametrize("size", [1, 7, 100])
def test_everything_comes_in_order_and_nothing_twice(store: Store, under_way: str, size: int) -> None:
    async def scene() -> list[bytes]:
        received, _ = await asyncio.gather(watch(under_way), written(store, under_way, size))
        return received

    received = asyncio.run(scene())
    sent = contents(received)
    assert points(received) == [point for _, point in drawing.points_of(enumerate(EVENTS, 1))]
    assert [one["after"] for one in sent] == [0, *[one["last"] for one in sent][:-1]]
    assert sent[-1]["last"] == len(EVENTS) and sent[-1]["state"] == "finished"
    assert [step["state"] for step in sent[-1]["steps"]] == ["done"] * 7


def test_a_browser_that_comes_back_gets_what_it_missed(store: Store, under_way: str) -> None:
    async def scene() -> list[bytes]:
        store.append(under_way, EVENTS[:12])
        first = await until(stream._messages(archive.run(under_way), 0), 12)
        store.append(under_way, EVENTS[12:20])
        return first + await until(stream._messages(archive.run(under_way), 12), 20)

    received = asyncio.run(scene())
    assert points(received) == [point for _, point in drawing.points_of(enumerate(EVENTS[:20], 1))]
    assert [one["after"] for one in contents(received)] == [0, *[one["last"] for one in contents(received)][:-1]]


def test_a_browser_that_knows_more_than_there_is_starts_again(store: Store, under_way: str) -> None:
    store.append(under_way, EVENTS)
    store.finish(under_way, "finished")
    (sent,) = contents(asyncio.run(watch(under_way, after=9999)))
    assert sent["after"] == 0 and len(sent["points"]) == len(drawing.points_so_far(tell(enumerate(EVENTS, 1))))


def test_many_watch_and_one_reads(store: Store, under_way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reads, every = [], archive.events
    monkeypatch.setattr(archive, "events", lambda run_id, after: reads.append(after) or every(run_id, after=after))
    written_messages, write = [], json.dumps
    monkeypatch.setattr(
        stream.json, "dumps", lambda *args, **options: written_messages.append(1) or write(*args, **options)
    )

    async def scene() -> tuple[list[list[bytes]], int]:
        watching = [asyncio.create_task(watch(under_way)) for _ in range(40)]
        await asyncio.sleep(0.05)
        readers = len(stream.READERS)
        store.append(under_way, EVENTS[:20])
        await asyncio.sleep(0.5)
        store.append(under_way, EVENTS[20:])
        store.finish(under_way, "finished")
        return await asyncio.gather(*watching), readers

    begun = time.monotonic()
    received, readers = asyncio.run(scene())
    assert readers == 1
    assert len(reads) <= (time.monotonic() - begun) / stream.READ_EVERY + 2
    assert reads == sorted(reads)  # every event was read once
    assert all(points(one) == points(received[0]) for one in received)
    assert len({id(message) for one in received for message in one if message.startswith(b"id: ")}) <= 6  # for all 40
    assert stream.READERS == {}


def test_nobody_reads_for_nobody(store: Store, under_way: str) -> None:
    async def scene() -> int:
        store.append(under_way, EVENTS[:3])
        messages = stream._messages(archive.run(under_way), 0)
        await until(messages, 3)
        reader = stream.READERS[under_way]
        await messages.aclose()
        await asyncio.sleep(3 * stream.READ_EVERY)
        looks = reader.looks
        await asyncio.sleep(3 * stream.READ_EVERY)
        return reader.looks - looks

    assert asyncio.run(scene()) == 0
    assert stream.READERS == {}


def test_a_finished_run_is_told_at_once_and_the_stream_ends(store: Store, under_way: str) -> None:
    store.append(under_way, EVENTS)
    store.finish(under_way, "finished")
    (sent,) = contents(asyncio.run(watch(under_way)))
    assert (sent["state"], sent["last"]) == ("finished", len(EVENTS))


def test_a_waiting_run_says_when_its_turn_comes(store: Store) -> None:
    store.add("r1", make_config({}), None, origin="cli")
    store.add("r2", make_config({}), None)

    async def scene() -> list[dict]:
        messages = stream._messages(archive.run("r2"), 0)
        found: list[dict] = []
        async for message in messages:
            found += contents([message])
            if len(found) == 1:
                store.start("r2", process_name())
            if len(found) == 2:
                break
        return found

    queued, running = asyncio.run(scene())
    assert "It is next." in queued["queue"] and queued["state"] == "queued"
    assert running["queue"] == "" and running["state"] == "running"


def test_a_silent_run_sends_signs_of_life(under_way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BEAT_EVERY", 0.03)

    async def scene() -> bytes:
        async for message in stream._messages(archive.run(under_way), 0):
            if message.startswith(b"event"):
                return message
        raise AssertionError

    assert asyncio.run(scene()) == stream.BEAT


def test_a_store_that_fails_ends_the_stream_and_the_log_says_why(
    store: Store, under_way: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = archive.run(under_way)

    def broken(run_id: str) -> None:
        raise StorageFault("The disk is full.")

    async def scene() -> list[bytes]:
        monkeypatch.setattr(archive, "run", broken)
        return [message async for message in stream._messages(run, 0)]

    with caplog.at_level(logging.WARNING):
        assert contents(asyncio.run(scene())) == []
    assert "The disk is full." in caplog.text
    assert stream.READERS == {}


# -- the same through a real server


@contextmanager
def asked(address: str, path: str, **headers: str) -> Iterator[http.client.HTTPResponse]:
    parts = urlsplit(address)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    line.request("GET", path, headers=headers)
    response = line.getresponse()
    yield response
    response.close()
    line.close()


def next_message(response: http.client.HTTPResponse) -> dict:
    """The next message that is no sign of life."""
    while True:
        block = b""
        while not block.endswith(b"\n\n"):
            byte = response.read(1)
            assert byte, "the stream ended"
            block += byte
        if block.startswith(b"id: "):
            return contents([block])[0]


def test_the_server_streams_resumes_refuses_and_stops(data_directory: Path, store: Store, under_way: str) -> None:
    store.append(under_way, EVENTS[:5])
    with served(data_directory, KDPS_WARM="0") as here:
        with asked(here.address, f"/following/{under_way}") as response:
            assert response.status == 200
            assert response.getheader("content-type", "").startswith("text/event-stream")
            assert response.getheader("cache-control") == "no-store"
            assert response.getheader("x-accel-buffering") == "no"
            assert next_message(response)["last"] == 5
            store.append(under_way, EVENTS[5:9])
            assert next_message(response)["after"] == 5
        with asked(here.address, f"/following/{under_way}", **{"Last-Event-ID": "7"}) as response:
            resumed = next_message(response)
            assert (resumed["after"], resumed["last"]) == (7, 9)
        with asked(here.address, f"/following/{under_way}?after=8") as response:
            assert next_message(response)["after"] == 8
        for junk in ("-1", "1e9", "x", "9" * 400):
            with asked(here.address, f"/following/{under_way}", **{"Last-Event-ID": junk}) as response:
                assert next_message(response)["after"] == 0
        with asked(here.address, "/following/nosuchrun") as response:
            assert response.status == 404
        with asked(here.address, f"/following/{under_way}") as response:
            next_message(response)
            os.kill(here.pid, signal.SIGTERM)
            begun = time.monotonic()
            assert b"id: " not in response.read()  # it ends
            assert time.monotonic() - begun < 5


@pytest.mark.parametrize(("base", "path"), [("", "/following/{run}"), ("/school/app/", "/school/app/following/{run}")])
def test_the_streams_are_below_the_path_of_the_app(monkeypatch: pytest.MonkeyPatch, base: str, path: str) -> None:
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": base}.get)
    assert stream.route().path == path
