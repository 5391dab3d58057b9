"""The first screen: a recorded run plays by itself, can be stopped, and shows its end where less motion is wanted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from simulator.catalog.models import DEFAULT_MODEL
from simulator.runs.recorded import all_recorded
from tests.browser.screens import settle
from ui.following.playback import score

pytestmark = pytest.mark.browser

HERO = ".st-key-home_playback"
POINTS = f"""() => [...document.querySelectorAll('{HERO} *')].filter(e => e.shadowRoot)
    .reduce((n, e) => n + Number(e.shadowRoot.querySelector('svg.plot')?.dataset.points ?? 0), 0)"""


def test_a_recorded_run_plays_and_can_be_stopped(page: Page, server: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(server)
    plot, button = page.locator(f"{HERO} svg.plot"), page.locator(f"{HERO} button")
    page.wait_for_function(f"({POINTS})() > 0")
    grown = int(plot.get_attribute("data-points") or 0)
    page.wait_for_function(f"({POINTS})() > {grown + 5}")
    button.click()
    expect(button).to_have_text("Play")
    stopped = plot.get_attribute("data-points")
    page.wait_for_timeout(1000)
    assert plot.get_attribute("data-points") == stopped
    button.click()
    page.wait_for_function(f"({POINTS})() > {stopped}")
    for found in (page.get_by_role("heading", level=1), page.get_by_role("button", name="Start a run of your own"),
                  plot, page.locator(f"{HERO} canvas"), page.locator(f"{HERO} li").last):  # fmt: skip
        expect(found).to_be_in_viewport(ratio=1)


def test_the_end_is_shown_at_once_where_less_motion_is_wanted(page: Page, server: str) -> None:
    recorded = next(one for one in all_recorded() if one.run.settings.model == DEFAULT_MODEL)
    end = score(recorded)
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(server)
    settle(page)
    button = page.locator(f"{HERO} button")
    expect(button).to_have_text("Play again")
    expect(page.locator(f"{HERO} .doing")).to_have_text(end["ending"])
    expect(page.locator(f"{HERO} canvas")).to_have_attribute("data-filled", str(sum(left for _, left in end["layers"])))
    points = sum("point" in step for step in end["steps"])
    expect(page.locator(f"{HERO} svg.plot")).to_have_attribute("data-points", str(points))
    for found in (page.get_by_role("button", name="Start a run of your own"), button):
        expect(found).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Start a run of your own").click()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
