"""A comparison's address opened by somebody else, and points brushed with the mouse: both need a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screens import A_MINUTE, shoot

pytestmark = pytest.mark.browser

RUNS = "recorded-resnet18,recorded-mobilenet-v2"


def brush(page: Page, left: float, right: float) -> None:
    """Draw a box over the whole height of the chart, between two shares of its width."""
    area = page.locator(".js-plotly-plot .nsewdrag").bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + left * area["width"], area["y"] + 3)
    page.mouse.down()
    page.mouse.move(area["x"] + right * area["width"], area["y"] + area["height"] - 3, steps=8)
    page.mouse.up()


def test_a_comparison_opens_for_somebody_else_and_a_brush_filters_its_table(
    page: Page, server: str, browser: Browser
) -> None:
    page.goto(f"{server}/compare")  # the first visit: the four recorded runs
    expect(page.get_by_text("20 of 20 variants")).to_be_visible()
    page.goto(f"{server}/compare?runs={RUNS}")
    page.get_by_role("combobox", name=re.compile("Across")).click()
    page.get_by_role("option", name="MACs of one example (M)").click()
    page.wait_for_function("location.search.includes('across=MACs')")

    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    other = context.new_page()
    other.set_default_timeout(A_MINUTE)
    other.goto(page.url)
    expect(other.get_by_text("10 of 10 variants")).to_be_visible()
    expect(other.get_by_role("combobox", name=re.compile("Across"))).to_have_value("MACs of one example (M)")
    rows = other.get_by_role("table").first.locator("tbody tr")
    expect(rows).to_have_count(10)

    other.locator(".js-plotly-plot").scroll_into_view_if_needed()
    brush(other, 0.9, 0.999)  # far right: the teacher of ResNet-18, with by far the most MACs
    expect(other.get_by_text("1 of 10 variants")).to_be_visible()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("teacher")
    other.get_by_role("button", name="Show all").click()
    expect(other.get_by_text("10 of 10 variants")).to_be_visible()
    context.close()
    shoot(page, "compare")
    expect(page.get_by_text("10 of 10 variants")).to_be_visible()  # nobody else sees a brush
