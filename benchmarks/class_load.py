"""A class that watches one run while another trains: how soon it sees an event, and what that costs the server.

    python -m benchmarks.class_load [--sessions 30 50] [--seconds 60] [--json FILE]

Each session is what a browser tab is to the server: a WebSocket on which the Lab is drawn, whose timers are answered,
and the run's stream. Every ten seconds a session moves the temperature. The events of the run that is watched are
written here, as a worker writes them: what comes within 0.2 s is written together. An event counts from the moment it
happens until the stream has brought it. Needs no browser.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from simulator import make_config
from simulator.events import LossPoint, Progress, StageStarted
from simulator.host.machine import MB, process_name
from simulator.runs import archive, service
from simulator.runs.database.store import open_store
from tests.serving import Served, served

WATCHED = "watched"
EVENT_EVERY, WRITE_EVERY = 0.05, 0.2  # seconds
MOVE_EVERY = 10.0
PATIENCE = 60.0  # seconds in which the run that trains must have begun
TARGETS = {"event_p95_ms": 400, "interaction_p95_ms": 250, "cores": 0.3}
"""For 30 sessions; for 50, twice as much."""


@dataclass
class Seen:
    """What the sessions saw."""

    happened: dict[int, float] = field(default_factory=dict)  # event -> when
    delays: list[float] = field(default_factory=list)  # of events
    answers: list[float] = field(default_factory=list)  # of interactions
    script_runs: int = 0


@dataclass
class Tab:
    """A browser tab that has the Lab open."""

    line: ClientConnection
    seen: Seen
    slider: str = ""
    timers: set[asyncio.Task[None]] = field(default_factory=set)
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    async def run_script(self, fragment: str = "", temperature: float | None = None) -> None:
        """Ask for a run of the page's script, or of one of its fragments."""
        asked = BackMsg()
        asked.rerun_script.page_name = "lab"
        asked.rerun_script.query_string = f"run={WATCHED}"
        asked.rerun_script.fragment_id = fragment
        asked.rerun_script.is_auto_rerun = bool(fragment)
        if temperature is not None:
            state = WidgetState(id=self.slider)
            state.double_array_value.data.append(temperature)
            asked.rerun_script.widget_states.widgets.append(state)
        await self.line.send(asked.SerializeToString())

    async def receive(self) -> None:
        """Take everything that the server sends, and answer its timers as a browser does."""
        async for frame in self.line:
            message = ForwardMsg.FromString(frame if isinstance(frame, bytes) else frame.encode())
            element = message.delta.new_element
            assert not element.HasField("exception"), element
            if element.HasField("slider") and element.slider.label == "Temperature T":
                self.slider = element.slider.id
            if message.HasField("auto_rerun"):
                self._keep_time(message.auto_rerun.interval, message.auto_rerun.fragment_id)
            if message.HasField("script_finished"):
                self.seen.script_runs += 1
                if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    self.finished.set()
        raise ConnectionError("The server closed the connection.")

    def _keep_time(self, interval: float, fragment: str) -> None:
        if fragment in {task.get_name() for task in self.timers}:
            return

        async def again() -> None:
            while True:
                await asyncio.sleep(interval)
                await self.run_script(fragment)

        self.timers.add(asyncio.create_task(again(), name=fragment))

    async def draw(self, temperature: float | None = None) -> float:
        """Draw the page and return how many seconds that took."""
        self.finished.clear()
        began = time.perf_counter()
        await self.run_script(temperature=temperature)
        await asyncio.wait_for(self.finished.wait(), 300)
        return time.perf_counter() - began


async def watch(here: Served, seen: Seen) -> None:
    """Follow the run's stream, and note how old each event is when it comes."""
    parts = urlsplit(here.address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=2**24)
    writer.write(f"GET /following/{WATCHED} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    known = 0
    try:
        while line := await reader.readline():
            if not line.startswith(b"data: {"):
                continue
            now, last = time.perf_counter(), json.loads(line[6:])["last"]
            if known:  # what was there before does not count
                seen.delays += [now - seen.happened[n] for n in range(known + 1, last + 1)]
            known = last
    finally:
        writer.close()


async def attend(here: Served, seen: Seen, all_there: asyncio.Barrier, until: asyncio.Event) -> None:
    """Open the Lab, follow the run, and move the temperature now and then, until the lesson is over."""
    address = here.address.replace("http://", "ws://") + "/_stcore/stream"
    how = {"subprotocols": ["streamlit"], "origin": here.address, "max_size": None, "ping_interval": None}
    async with connect(address, **how) as line:
        tab = Tab(line, seen)
        async with asyncio.TaskGroup() as tasks:
            background = [tasks.create_task(tab.receive())]
            await tab.draw()
            background.append(tasks.create_task(watch(here, seen)))
            await all_there.wait()
            await asyncio.sleep(random.uniform(0, MOVE_EVERY))
            while not until.is_set():
                seen.answers.append(await tab.draw(temperature=random.choice([2.0, 3.0, 5.0, 6.0])))
                await asyncio.sleep(MOVE_EVERY)
            for task in (*background, *tab.timers):
                task.cancel()


def write_events(seen: Seen, over: threading.Event) -> None:
    """Be the worker of the run that is watched, until it is over."""
    store = open_store()
    number = 1
    while not over.is_set():
        new = []
        for _ in range(round(WRITE_EVERY / EVENT_EVERY)):
            time.sleep(EVENT_EVERY)
            number += 1
            seen.happened[number] = time.perf_counter()
            loss = 2.0 / number
            new.append(
                Progress(stage="control", done=number, total=100_000, examples_per_second=640.0, seconds_left=60.0)
                if number % 4 == 0
                else LossPoint(
                    variant="control", step=number, epoch=number / 1000, total=loss, hard=loss, learning_rate=1e-3
                )
            )
        store.append(WATCHED, new)


@contextmanager
def a_run_that_is_watched(seen: Seen) -> Iterator[None]:
    """A run whose events are written while the block runs."""
    store, over = open_store(), threading.Event()
    store.add(WATCHED, make_config({"epochs": 20}), None, origin="cli")
    store.start(WATCHED, process_name())
    store.append(WATCHED, [StageStarted(stage="control", note="")])
    worker = threading.Thread(target=write_events, args=(seen, over))
    worker.start()
    yield
    over.set()
    worker.join()
    store.delete(WATCHED)


async def lesson(here: Served, sessions: int, seconds: float, seen: Seen) -> dict[str, float]:
    """Let a class watch, and measure the server once everybody is there."""
    server, all_there, until = psutil.Process(here.pid), asyncio.Barrier(sessions + 1), asyncio.Event()
    tasks = asyncio.gather(*(attend(here, seen, all_there, until) for _ in range(sessions)))
    await all_there.wait()
    await asyncio.sleep(2)
    for list_ in (seen.delays, seen.answers):
        list_.clear()
    runs, cpu, memory, began = seen.script_runs, sum(server.cpu_times()[:2]), server.memory_info().rss, time.time()
    await asyncio.sleep(seconds)
    took = time.time() - began
    measured = {
        "cores": (sum(server.cpu_times()[:2]) - cpu) / took,
        "script_runs_per_session_and_minute": 60 * (seen.script_runs - runs) / sessions / took,
        "interactions_per_session_and_minute": 60 * len(seen.answers) / sessions / took,
        "memory_start_mib": memory / MB,
        "memory_end_mib": server.memory_info().rss / MB,
        "event_p50_ms": 1000 * quantile(seen.delays, 0.5),
        "event_p95_ms": 1000 * quantile(seen.delays, 0.95),
        "interaction_p50_ms": 1000 * quantile(seen.answers, 0.5),
        "interaction_p95_ms": 1000 * quantile(seen.answers, 0.95),
    }
    until.set()
    await tasks
    return measured


def quantile(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    return sorted(values)[int(share * (len(values) - 1))]


def measure(sessions: int, seconds: float) -> dict[str, float]:
    """Serve the app, let a run train, and let a class watch another."""
    with tempfile.TemporaryDirectory() as data:
        os.environ["KDPS_DATA_DIR"] = data
        seen = Seen()
        with served(Path(data)) as here, a_run_that_is_watched(seen):
            training = service.submit(make_config({"epochs": 20, "repeats": 5}))
            deadline = time.monotonic() + PATIENCE
            while archive.run(training).state == "queued" and time.monotonic() < deadline:
                time.sleep(0.2)
            trains = archive.run(training).state == "running"  # on a machine that is too busy, its worker never starts
            waiting = os.getloadavg()[0]
            measured = asyncio.run(lesson(here, sessions, seconds, seen))
            service.cancel(training)
        open_store().close()
    return {"sessions": sessions, "load_before": waiting, "a_run_trains": trains, **measured}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sessions", type=int, nargs="+", default=[30, 50])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    results = [measure(sessions, options.seconds) for sessions in options.sessions]
    for result in results:
        factor = 1 if result["sessions"] <= 30 else 2
        print("\n".join(f"{name}: {value:.4g}" for name, value in result.items()))
        for name, limit in TARGETS.items():
            within = "within" if result[name] <= factor * limit else "NOT within"
            print(f"{name}: {result[name]:.2f}, {within} the target of {factor * limit:g}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
