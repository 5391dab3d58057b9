"""The way from page to page: the menu, the tabs, the button Back, and the first lesson to the last step of the path."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import settle

pytestmark = pytest.mark.browser

RECORDED = "recorded-resnet18"


def title(page: Page) -> str:
    settle(page)
    return page.get_by_role("heading", level=1).inner_text()


def test_tabs_have_addresses_and_the_button_back_returns_to_them(page: Page, server: str) -> None:
    page.goto(f"{server}/results?run={RECORDED}")
    assert title(page) == "Results"
    menu = page.get_by_role("navigation", name="App pages")
    expect(menu.get_by_role("link")).to_have_count(8)
    tabs = page.locator(".st-key-tabs").get_by_role("link")
    expect(tabs).to_have_text(["Results", "Runs", "Compare"])
    expect(page.get_by_role("link", name="Results (this page)")).to_be_visible()
    tabs.filter(has_text="Runs").click()
    expect(page).to_have_url(re.compile("/runs$"))
    assert title(page) == "Runs" and page.title() == "Runs - KD Pruning Simulator"
    expect(menu.locator("[aria-current=page]")).to_have_text(re.compile("Results$"))
    page.go_back()
    expect(page).to_have_url(re.compile(f"/results\\?run={RECORDED}$"))
    assert title(page) == "Results"
    tabs.filter(has_text="Compare").click()
    assert title(page) == "Compare"
    tabs.filter(has_text="Results").click()
    expect(page).to_have_url(re.compile(f"/results\\?run={RECORDED}$"))  # the run that was open there
    menu.get_by_role("link", name="Lab", exact=True).click()
    assert title(page) == "Lab"
    expect(menu.get_by_role("link", name="Results")).to_have_attribute("href", re.compile("/results$"))


def test_nothing_lies_above_the_title_but_the_tabs(page: Page, server: str) -> None:
    for name, on_top in (("", "h1"), ("runs", ".st-key-tabs a")):
        for width, most in ((1920, 24), (1280, 24), (390, 56)):  # at 390 px a bar holds the sidebar's button
            page.set_viewport_size({"width": width, "height": 844})
            page.goto(f"{server}/{name}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            expect(page.locator(on_top).first).to_be_visible()
            settle(page)
            top = page.locator(".st-key-tabs, h1").first.evaluate("e => e.getBoundingClientRect().top")
            assert top <= most, (name, width, top)
            hit = page.locator(on_top).first.evaluate(
                "e => { const r = e.getBoundingClientRect();"
                " return e.contains(document.elementFromPoint(r.x + 20, r.y + 10)); }"
            )
            assert hit, (name, width)
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_role("navigation", name="App pages")).to_be_in_viewport()
