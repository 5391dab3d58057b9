"""What a person does on the screens: press keys, start a run, wait for curves, download, take a picture."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.serving import ROOT

SHOTS = ROOT / "screenshots"
WIDTHS = (1280, 390)
A_MINUTE, TEN_MINUTES = 60_000, 600_000
# As little as can be trained.
SHORT = "train_examples=64&epochs=1&recovery_epochs=1&student_size=0.25"
# Minutes on a fast idle machine: for tests that do something to a run while it is under way, and cancel it.
LONG = "train_examples=1077&epochs=20&recovery_epochs=20&repeats=5"

# Of the curves of the run that is followed; they are drawn by a component, in its own part of the page.
POINTS = """() => [...document.querySelectorAll('[class*=st-key-progress_] *')].filter(e => e.shadowRoot)
    .flatMap(e => [...e.shadowRoot.querySelectorAll('svg.plot')])
    .reduce((n, svg) => n + Number(svg.dataset.points ?? 0), 0)"""


# Each chart is as wide as its place, the next frame has been drawn, and the page is as high as in the frame before.
STILL = """async () => {
    const drawn = () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const main = document.querySelector('[data-testid=stMainBlockContainer]'), height = main.scrollHeight;
    await drawn();
    return main.scrollHeight === height && document.getAnimations().every(a => a.playState !== 'running')
        && [...document.querySelectorAll('.js-plotly-plot')].every(
            plot => plot._fullLayout && Math.abs(plot._fullLayout.width - plot.parentElement.clientWidth) <= 1);
}"""


def press(page: Page, slider: str, key: str, times: int = 1) -> None:
    handle = page.get_by_role("slider", name=slider)
    handle.focus()
    for _ in range(times):
        handle.press(key)


def settle(page: Page) -> None:
    """Wait until the page's script has run, each chart is as wide as its place, and nothing moves."""
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()
    page.wait_for_function(STILL)


def open_lab(page: Page, server: str, query: str = "") -> None:
    page.goto(f"{server}/lab?{query}")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


def open_card(page: Page, title: str) -> None:
    """Unfold one of the Lab's cards."""
    page.locator("summary").filter(has_text=re.compile(f"{title} ·")).click()


def start_run(page: Page) -> str:
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_function("new URLSearchParams(location.search).has('run')")
    return str(page.evaluate("new URLSearchParams(location.search).get('run')"))


def wait_for_points(page: Page, more_than: int) -> int:
    page.wait_for_function(f"({POINTS})() > {more_than}", timeout=TEN_MINUTES)
    return int(page.evaluate(POINTS))


def shoot(page: Page, name: str) -> None:
    """A picture of the whole page at each width; the page must not scroll sideways at any."""
    SHOTS.mkdir(exist_ok=True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 1000})
        settle(page)
        height = page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight")
        page.set_viewport_size({"width": width, "height": min(int(height) + 60, 6000)})
        settle(page)
        page.screenshot(path=SHOTS / f"{name}-{width}.png")
        assert (
            page.evaluate("(m => m.scrollWidth - m.clientWidth)(document.querySelector('[data-testid=stMain]'))") == 0
        )
    page.set_viewport_size({"width": 1280, "height": 1000})


def download(page: Page, label: str) -> bytes:
    with page.expect_download() as coming:
        page.get_by_role("button", name=label).click()
    return Path(coming.value.path()).read_bytes()
