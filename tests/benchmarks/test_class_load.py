"""What a session of the class is to a server, before a small server on loopback; and the run that is watched."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from benchmarks import class_load
from benchmarks.class_load import WATCHED, Seen, Tab, quantile, watch
from simulator.events import LossPoint, Progress, StageStarted
from simulator.runs.database.store import Store
from tests.serving import Served


@pytest.mark.parametrize("share", [0.0, 0.5, 0.95, 1.0])
def test_a_quantile_is_one_of_the_values(share: float) -> None:
    values = np.random.default_rng(0).random(41)
    assert quantile(list(values), share) == np.quantile(values, share, method="lower")


def test_the_run_that_is_watched_has_the_events_that_were_noted(store: Store) -> None:
    seen = Seen()
    with class_load.a_run_that_is_watched(seen):
        time.sleep(0.5)
        stored = store.events(WATCHED)
    assert isinstance(stored[0][1], StageStarted)
    numbers = [number for number, _ in stored]
    assert len(stored) > 4 and numbers[1:] == list(seen.happened)[: len(numbers) - 1]
    assert all(isinstance(e, Progress if n % 4 == 0 else LossPoint) for n, e in stored[1:])
    assert [e.step for n, e in stored[1:] if isinstance(e, LossPoint)] == [n for n in numbers[1:] if n % 4]


async def answer(line: ServerConnection) -> None:
    """A page with a slider; its script takes a tenth of a second."""
    async for frame in line:
        asked = BackMsg.FromString(frame if isinstance(frame, bytes) else frame.encode()).rerun_script
        received.append(asked)
        page = ForwardMsg()
        page.delta.new_element.slider.label = "Temperature T"
        page.delta.new_element.slider.id = "the-slider"
        timer, end = ForwardMsg(), ForwardMsg()
        timer.auto_rerun.interval, timer.auto_rerun.fragment_id = 0.05, "live"
        end.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
        await asyncio.sleep(0.1)
        for message in (page, timer, end):
            await line.send(message.SerializeToString())


received: list[Any] = []


def test_a_tab_draws_the_page_moves_the_slider_and_answers_the_timer() -> None:
    async def visit() -> tuple[Tab, float, float]:
        async with serve(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with connect(f"ws://127.0.0.1:{port}") as line:
                tab = Tab(line, Seen())
                taking = asyncio.create_task(tab.receive())
                first = await tab.draw()
                second = await tab.draw(temperature=3.0)
                await asyncio.sleep(0.3)
                for task in (taking, *tab.timers):
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
        return tab, first, second

    received.clear()
    tab, first, second = asyncio.run(visit())
    drawn, moved, *timed = received
    assert first >= 0.1 and second >= 0.1 and tab.seen.script_runs >= 2
    assert (drawn.page_name, drawn.query_string, drawn.fragment_id) == ("lab", f"run={WATCHED}", "")
    (state,) = moved.widget_states.widgets if moved.fragment_id == "" else timed[0].widget_states.widgets
    assert (state.id, list(state.double_array_value.data)) == ("the-slider", [3.0])
    assert len(tab.timers) == 1 and "live" in {asked.fragment_id for asked in received}


def test_an_event_is_as_old_as_the_time_since_it_happened() -> None:
    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        assert request.startswith(f"GET /following/{WATCHED} ".encode())
        for last in (3, 5):
            writer.write(f": a comment\r\ndata: {json.dumps({'last': last})}\n\n".encode())
        writer.close()

    async def follow(seen: Seen) -> None:
        server = await asyncio.start_server(stream, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        await watch(Served(f"http://127.0.0.1:{port}", 0), seen)
        server.close()

    now = time.perf_counter()
    seen = Seen(happened={number: now - number for number in range(1, 6)})
    asyncio.run(follow(seen))
    # events 1 to 3 were there before; 4 and 5 came now
    assert seen.delays == [pytest.approx(4, abs=2), pytest.approx(5, abs=2)]
    assert seen.delays[1] - seen.delays[0] == pytest.approx(1, abs=1e-3)
