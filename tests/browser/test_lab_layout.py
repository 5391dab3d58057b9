"""What is in sight in the Lab while a run is under way, and how far the keyboard is from Run."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from simulator.catalog.presets import PRESETS
from tests.browser.screens import LONG, TEN_MINUTES, open_lab, start_run
from tests.ui.test_colours import contrast
from ui.settings.cards import CARDS

pytestmark = pytest.mark.browser

SLIDERS = ("Temperature T", "Epochs", "Sparsity")
LONGEST = "The student is 9.1 times smaller and as accurate as its teacher, as far as 100,000 examples show."
BACKGROUNDS = {"light": "#FFFFFF", "dark": "#11181D"}

# Of the element that has the focus, or the one around it that shows so: the colour of its outline, if it is 2 px wide.
RING = """() => {
    let focused = document.activeElement;
    while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    for (let e = focused, up = 0; e && up < 4; e = e.parentElement, up++) {
        const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(e);
        if (outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2) return outlineColor;
    }
    return null;
}"""


def box(found: Locator) -> tuple[float, float, float, float]:
    """Left, top, right and bottom."""
    shown = found.bounding_box()
    assert shown
    return shown["x"], shown["y"], shown["x"] + shown["width"], shown["y"] + shown["height"]


def lines_of(bar: Locator) -> float:
    """How many lines the state in the bar takes."""
    state = bar.locator(".st-key-lab_state")
    one = state.locator("p").evaluate("p => parseFloat(getComputedStyle(p).lineHeight)")
    _, top, _, bottom = box(state)
    return (bottom - top) / one


def cards(page: Page) -> list[Locator]:
    return [page.locator(f".st-key-{card.key} summary").first for card in CARDS]


def curve(page: Page) -> Locator:
    return page.locator(".st-key-lab_run").get_by_role("img").first


def test_settings_run_and_the_live_curve_are_in_sight_together(page: Page, server: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    open_lab(page, server, "preset=five_seeds")  # with its question, and under way for long
    start_run(page)
    expect(page.get_by_text("examples per second")).to_be_visible(timeout=TEN_MINUTES)
    in_sight = [page.get_by_role("slider", name=name) for name in SLIDERS]
    in_sight += [page.get_by_text(PRESETS["five_seeds"].question), page.get_by_role("button", name="Few labels")]
    in_sight += [page.get_by_role("button", name="Run", exact=True), *cards(page), curve(page)]
    for found in in_sight:
        left, top, right, bottom = box(found)
        assert left >= 0 and right <= 1280 and top >= 0 and bottom <= 800, (found, top, bottom)
    expect(page.locator(".st-key-lab_state")).to_be_hidden()

    page.set_viewport_size({"width": 390, "height": 844})
    bar = page.locator(".st-key-lab_bar")
    for place in ("top", "bottom"):
        page.get_by_test_id("stMain").evaluate(
            f"main => main.scrollTo(0, {0 if place == 'top' else 'main.scrollHeight'})"
        )
        left, top, right, bottom = box(bar)
        assert (left, right, bottom) == (0, 390, 844) and top > 700
        expect(bar.get_by_role("button", name="Run", exact=True)).to_be_visible()
        expect(bar.get_by_text("Running.")).to_be_visible()
        expect(bar.get_by_text(re.compile(r"^(Teacher|Control|Distilled): .*\d"))).to_be_visible()
        assert lines_of(bar) <= 2
    assert box(page.locator(".st-key-lab_run"))[3] <= top  # the bar hides nothing at the end of the page
    assert all(not summary.evaluate("summary => summary.parentElement.open") for summary in cards(page))
    assert page.evaluate("(m => m.scrollWidth - m.clientWidth)(document.querySelector('[data-testid=stMain]'))") == 0
    page.get_by_role("button", name="Cancel this run").click()

    open_lab(page, server, "run=recorded-resnet18")
    outcome = bar.get_by_role("link", name="The student is ")
    expect(outcome).to_be_visible()
    for sentence in (outcome.inner_text(), LONGEST):
        outcome.evaluate("(link, words) => { link.textContent = words; }", sentence)
        assert lines_of(bar) <= 2
    assert box(bar)[1] > 700
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, main.scrollHeight)")
    assert box(page.locator(".st-key-lab_run"))[3] <= box(bar)[1]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_run_is_a_tab_from_the_title_and_each_control_before_it_shows_where_it_is(
    page: Page, server: str, theme: str
) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    open_lab(page, server, LONG)
    title = page.get_by_role("heading", level=1)
    title.evaluate("title => { title.tabIndex = -1; title.focus(); }")
    run = page.get_by_role("button", name="Run", exact=True)
    for tabs in range(1, 25):
        page.keyboard.press("Tab")
        ring = page.evaluate(RING)
        assert ring, f"Tab {tabs}: no ring around {page.evaluate('document.activeElement.outerHTML.slice(0, 200)')}"
        red, green, blue = (int(part) for part in re.findall(r"\d+", ring)[:3])
        assert contrast(f"#{red:02X}{green:02X}{blue:02X}", BACKGROUNDS[theme]) >= 3
        if run.evaluate("run => run === document.activeElement"):
            break
    else:
        pytest.fail("Run is not reached")

    title.focus()
    skip = page.get_by_role("button", name="Skip to Run")
    for _ in range(2):  # the title's own link may stand before it
        page.keyboard.press("Tab")
        if skip.evaluate("skip => skip === skip.getRootNode().activeElement"):
            break
    expect(skip).to_be_focused()
    left, top, right, bottom = box(skip)
    assert left >= 0 and top >= 0 and right - left > 80 and bottom - top >= 24
    page.keyboard.press("Enter")
    expect(run).to_be_focused()


def test_the_shortcut_starts_the_run(page: Page, server: str) -> None:
    open_lab(page, server, LONG)
    page.get_by_role("slider", name="Temperature T").focus()
    page.keyboard.press("Control+Enter")
    page.wait_for_function("new URLSearchParams(location.search).has('run')")
    page.get_by_role("button", name="Cancel this run").click()


def test_a_slider_that_leaves_a_preset_keeps_its_place_and_the_focus(page: Page, server: str) -> None:
    open_lab(page, server)
    slider = page.get_by_role("slider", name="Temperature T")
    slider.focus()
    _, top, *_ = box(slider)
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Settings of your own.")).to_be_visible()
    expect(slider).to_be_focused()
    expect(slider).to_have_attribute("aria-valuetext", "6")
    assert box(slider)[1] == top
