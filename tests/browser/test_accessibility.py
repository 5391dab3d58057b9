"""axe on every page that the frame lists, light and dark: nothing serious or critical that we could fix."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from tests.browser.screens import A_MINUTE
from tests.serving import served
from ui.shell.routes import ROUTES

pytestmark = pytest.mark.browser

GRAVE = {"serious", "critical"}
THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")

FOCUS_RING = Path(__file__).with_name("focus_ring.js").read_text("utf-8")
VISIBLE = 3.0
MOST_STOPS = 100

STREAMLITS_OWN = {
    # rule -> where it is broken inside Streamlit's own widgets, with what we can do about it
    "list": '[data-testid="stSidebarNavItems"]',  # sections of the navigation are <div>s in its <ul>: no option
    "listitem": '[data-testid="stSidebarNavItems"] li',  # so their items are in no <ul>
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """No run is started here, so no worker process is needed."""
    with served(tmp_path_factory.mktemp("data"), KDPS_WARM="0") as here:
        yield here.address


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One tab for all pages."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(A_MINUTE)
    yield page
    context.close()


def violations(page: Page) -> list[dict[str, Any]]:
    """List each element that breaks a serious rule, unless it is in STREAMLITS_OWN: rule, selector and problem."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    nodes = [(v["id"], node) for v in found if v["impact"] in GRAVE for node in v["nodes"]]
    return [
        {"rule": rule, "where": node["target"], "html": node["html"][:200], "why": node["failureSummary"]}
        for rule, node in nodes
        if rule not in STREAMLITS_OWN
        or not page.locator(node["target"][0]).first.evaluate("(e, own) => e.matches(own)", STREAMLITS_OWN[rule])
    ]


def settle(page: Page, theme: Literal["light", "dark"]) -> None:
    """Wait until the script has run, the theme is applied and nothing fades."""
    page.emulate_media(color_scheme=theme)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_have_css(
        "color-scheme", theme
    )
    page.wait_for_function("document.getAnimations().every(a => a.playState !== 'running')")


def test_a_violation_is_found(tab: Page, server: str) -> None:
    """Test the check itself: pale text and a picture without a text alternative fail."""
    tab.goto(f"{server}/quiz")
    settle(tab, "light")
    tab.evaluate(
        "document.querySelector('[data-testid=stMain]').insertAdjacentHTML('beforeend', "
        '\'<p style="color:#ccc;background:#fff">Pale</p><img src="data:,">\')'
    )
    assert {"color-contrast", "image-alt"} <= {v["rule"] for v in violations(tab)}


@pytest.mark.parametrize("name", ROUTES)
def test_no_grave_violation_of_our_own_in_either_theme(tab: Page, server: str, name: str) -> None:
    tab.goto(f"{server}/{'' if name == 'home' else name}")
    for theme in THEMES:
        settle(tab, theme)
        assert violations(tab) == [], theme


def too_pale(page: Page) -> list[dict[str, Any]]:
    """Tab from the top of the page to its end; list each kind of element whose ring is below 3 : 1."""
    page.evaluate("document.activeElement.blur(); window.measured = new Set()")
    stops: list[dict[str, Any]] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS_RING)
        if stop is None and stops:
            break
        stops += [stop] if stop else []
    measured = [stop for stop in stops if stop["contrast"] is not None]
    assert len(stops) > len(measured) > 10
    return [stop for stop in measured if stop["contrast"] < VISIBLE]


def test_whatever_the_keyboard_reaches_shows_the_focus(tab: Page, server: str) -> None:
    """Two pages have nearly all kinds of controls."""
    for name in ("lab", "runs"):
        tab.goto(f"{server}/{name}")
        for theme in THEMES if name == "runs" else THEMES[:1]:
            settle(tab, theme)
            tab.add_style_tag(content="* { transition: none !important }")
            assert too_pale(tab) == [], (name, theme)
    tab.add_style_tag(content="#root :focus-visible { outline: none !important; box-shadow: none !important }")
    assert too_pale(tab)  # the check itself
