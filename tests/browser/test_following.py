"""A run is followed without a run of the page's script: over a stream that breaks, and where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from simulator.config.run import make_config
from simulator.events import StageFinished, StageStarted
from simulator.host.machine import process_name
from simulator.runs.database.store import Store, open_store
from tests.browser.screens import POINTS, settle
from tests.cable import cable_to
from tests.proxy import Streams, installed_nginx, proxy_to
from tests.serving import Served, served
from tests.ui.invented import whole_run
from ui.figures.run import curves
from ui.following import live
from ui.following.story import tell

pytestmark = pytest.mark.browser

EVENTS = list(whole_run())
DISTILLING = next(n for n, e in enumerate(EVENTS, 1) if isinstance(e, StageStarted) and e.stage == "distil")
DISTILLED = next(n for n, e in enumerate(EVENTS, 1) if isinstance(e, StageFinished) and e.stage == "distil")


@pytest.fixture
def under_way(store: Store) -> Store:
    """A run that this process carries out: its control is trained."""
    store.add("r1", make_config({}), None, origin="cli")
    store.start("r1", process_name())
    store.append("r1", EVENTS[:DISTILLING])
    return open_store()


@pytest.fixture
def here(data_directory: Path, under_way: Store) -> Iterator[Served]:
    with served(data_directory, KDPS_WARM="0") as here:
        yield here


class ScriptRuns:
    """Counts how often the server runs the page's script, or a fragment of it, for a browser."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._list = self._drawn_by = ""
        self._fragments: list[str] = []  # of each run; "" of a run of the whole script
        page.on("websocket", lambda line: line.on("framereceived", self._received))

    def _received(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            message = ForwardMsg.FromString(frame)
            kind = message.WhichOneof("type")
            if kind == "delta":
                self._drawn_by = message.delta.fragment_id
            if kind == "script_finished":
                is_whole = message.script_finished != ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
                self._fragments.append("" if is_whole else self._drawn_by)

    def learn(self, address: str) -> None:
        """Find out which fragment is the sidebar's list of runs: without an open run, nothing else has a timer."""
        self._page.goto(f"{address}/lab")
        while not any(self._fragments):
            self._page.wait_for_timeout(100)
        self._list = next(filter(None, self._fragments))

    def count(self) -> int:
        """How many there were until now, without those of the list."""
        return len([fragment for fragment in self._fragments if fragment != self._list])


def open_run(page: Page, address: str) -> None:
    page.goto(f"{address}/lab?run=r1")
    expect(page.get_by_text("Run r1, running")).to_be_visible()
    shows(page, "Control", "done")
    settle(page)


def shows(page: Page, stage: str, state: str) -> None:
    expect(page.get_by_role("list", name="Stages of the run").get_by_text(f"{stage} ({state})")).to_be_visible()


def has_points(page: Page, count: int) -> None:
    page.wait_for_function(f"({POINTS})() === {count}")


def chart(page: Page, start: str) -> str:
    """What a chart says to those who cannot see it."""
    return str(page.get_by_role("img", name=start).get_attribute("aria-label"))


def test_curves_and_stages_move_without_a_script_run(page: Page, here: Served, under_way: Store) -> None:
    runs = ScriptRuns(page)
    runs.learn(here.address)
    open_run(page, here.address)
    has_points(page, 6)  # 4 of the control's loss, 2 of its accuracy
    before = runs.count()
    for event in EVENTS[DISTILLING:DISTILLED]:
        under_way.append("r1", [event])
        page.wait_for_timeout(100)
    has_points(page, 12)
    shows(page, "Distil", "done")
    shows(page, "Prune", "next")
    story = tell(enumerate(EVENTS[:DISTILLED], 1))
    assert chart(page, "Hard loss by epoch") == curves.losses_alt(story.losses, "hard", ("control", "distilled"))
    assert chart(page, "Validation accuracy:").startswith("Validation accuracy: control 80.0 %")
    page.get_by_role("radio", name="Soft loss").click()
    expect(page.get_by_role("img", name="Soft loss by epoch")).to_be_visible()
    assert runs.count() == before

    under_way.append("r1", EVENTS[DISTILLED:])
    under_way.finish("r1", "finished")
    expect(page.get_by_text("Finished in 12 s")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel this run")).to_have_count(0)
    expect(page.get_by_role("img", name="Soft loss by epoch")).to_be_visible()  # what was chosen stays
    assert runs.count() <= before + 2  # the panel, then the page around it


def test_a_stream_that_breaks_says_so_and_goes_on(page: Page, here: Served, under_way: Store) -> None:
    lost = page.get_by_text("The connection to the server is lost.")
    port = urlsplit(here.address).port
    assert port
    with cable_to(port) as cable:
        open_run(page, cable.address)
        expect(lost).to_be_hidden()
        cable.pull_out()
        expect(lost).to_be_visible()
        under_way.append("r1", EVENTS[DISTILLING:DISTILLED])
        cable.plug_in()
        expect(lost).to_be_hidden()
        has_points(page, 12)  # none is missing, none is there twice
        shows(page, "Distil", "done")
        under_way.finish("r1", "cancelled", "Cancelled by the user.")
        expect(page.get_by_text("Cancelled by the user.")).to_be_visible()


@pytest.mark.skipif(installed_nginx() is None, reason="no nginx on this machine")
@pytest.mark.parametrize("streams", ["as the app asks", "held back", "refused"])
def test_behind_a_proxy(page: Page, here: Served, under_way: Store, tmp_path: Path, streams: Streams) -> None:
    runs = ScriptRuns(page)
    with proxy_to(here.address, tmp_path, streams) as address:
        runs.learn(address)
        open_run(page, address)
        for at in range(DISTILLING, DISTILLED, 3):
            under_way.append("r1", EVENTS[at : at + 3])
        shows(page, "Distil", "done")
        has_points(page, 12)
        before = runs.count()
        page.wait_for_timeout(3000 * live.EVERY_SECONDS)
        assert (runs.count() > before) == (streams != "as the app asks")
        under_way.finish("r1", "cancelled", "Cancelled by the user.")
        expect(page.get_by_text("Cancelled by the user.")).to_be_visible()


def test_in_the_dark_and_on_a_narrow_screen(page: Page, here: Served) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 1000})
    open_run(page, here.address)
    expect(page.get_by_role("img", name="Hard loss by epoch")).to_be_visible()
    assert page.evaluate("(m => m.scrollWidth - m.clientWidth)(document.querySelector('[data-testid=stMain]'))") == 0
