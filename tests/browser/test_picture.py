"""The picture that opens Results, Compare and the end of a run in the Lab: drawn, in sight, and for everybody."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from simulator.runs import recorded
from tests.browser.screens import settle
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser

RUN = recorded.all_recorded()[-1].run.id
PANELS = ("File", "Test accuracy", "Time for one example")


def boxes(page: Page) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of what is drawn in each panel, without the blank around it."""
    drawings = page.locator("figure svg")
    expect(drawings).to_have_count(len(PANELS))
    shapes = """svg => {
        const parts = [...svg.querySelectorAll('rect, path, text')].map(part => part.getBoundingClientRect());
        const end = (pick, name) => pick(...parts.map(part => part[name]));
        return [end(Math.min, 'left'), end(Math.min, 'top'), end(Math.max, 'right'), end(Math.max, 'bottom')];
    }"""
    return [tuple(drawing.evaluate(shapes)) for drawing in drawings.all()]


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_results_open_with_the_whole_picture_on_the_first_screen(
    page: Page, server: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server}/results?run={RUN}")
    expect(page.get_by_text("test examples could show")).to_be_visible()
    settle(page)
    for left, top, right, bottom in boxes(page):
        assert right - left > 100 and bottom - top > 30
        assert left >= 0 and right <= width and top >= 0 and bottom <= height
    themes: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        settle(page)
        assert violations(page) == []


@pytest.mark.parametrize("address", ["compare", f"lab?run={RUN}"])
def test_the_same_picture_opens_compare_and_ends_a_run_in_the_lab(page: Page, server: str, address: str) -> None:
    page.goto(f"{server}/{address}")
    settle(page)
    for left, top, right, bottom in boxes(page):
        assert right - left > 100 and bottom - top > 30
    for picture in page.locator("figure").get_by_role("img").all():
        expect(picture).to_have_accessible_name(re.compile(r"teacher [\d.]+ (MB|%|ms)"))
