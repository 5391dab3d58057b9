"""How soon the Learn screens answer, in a real browser: from a control's change to the last change of a chart.

Two spans are printed for each control, median and 95th percentile over its changes: from the key press or click, and
from the moment when the browser sends the new value (Streamlit's sliders wait before they send). With --shots the
screens are also drawn at two widths, light and dark, into screenshots/.

    python -m benchmarks.learn [--changes 12] [--shots]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, Position, TimeoutError

from tests.serving import ROOT, chromium, served

SLIDERS = {
    "soft_targets": ("Temperature T", "Test example"),
    "loss": ("Temperature T", "Alpha", "Test example"),
    "masks": ("Sparsity",),
    "zeros": ("Sparsity",),
    "answers": ("Which of them",),
}
BUTTONS = {
    "masks": ("2:4", "Whole rows", "Single weights", "Taylor", "Magnitude", "Layer-wise", "Global"),
    "inside": ("pruned", "channels removed", "teacher"),
}
LONGEST_MS = 15_000.0
WATCH = """() => {
    window.marks = {asked: 0, sent: 0, drawn: 0};
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (...all) { marks.sent ||= performance.now(); return send.apply(this, all); };
    for (const kind of ['keydown', 'pointerup'])
        window.addEventListener(kind, () => { marks = {asked: performance.now(), sent: 0, drawn: 0}; }, true);
    const write = CanvasRenderingContext2D.prototype.fillText;  // the last thing that a canvas draws
    CanvasRenderingContext2D.prototype.fillText = function (...all) {
        marks.drawn = performance.now();
        return write.apply(this, all);
    };
    new MutationObserver(changes => {
        const chart = node => node.querySelector?.('.js-plotly-plot') || node.closest?.('.js-plotly-plot');
        // Streamlit keeps a replaced chart for a while, hidden, and shows it again without drawing if it is the answer.
        const swapped = c => c.attributeName == 'data-retained' || [...c.removedNodes].some(chart);
        if (changes.some(c => c.target.closest?.('.js-plotly-plot') || swapped(c))) marks.drawn = performance.now();
    }).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""
SETTLED = "() => marks.sent > 0 && marks.drawn > marks.sent && performance.now() - marks.drawn > 400"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--changes", type=int, default=12)
    parser.add_argument("--shots", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data, served(Path(data), KDPS_WARM="0") as here, chromium() as browser:
        if options.shots:
            shoot(browser, here.address)
            return
        print(f"{'control':34} {'n':>3}  from key p50  p95 ms   from sending p50  p95 ms")
        for screen in (*SLIDERS, "inside"):
            measure(browser, here.address, screen, options.changes)


def measure(browser: Browser, address: str, screen: str, changes: int) -> None:
    """Print the two spans of every control of a screen."""
    page = opened(browser, address, screen, 1280, "light")
    page.evaluate(WATCH)
    for slider in SLIDERS.get(screen, ()):
        handle = page.get_by_role("slider", name=slider)
        handle.focus()
        keys = [("ArrowRight", "ArrowLeft")[i % 2] for i in range(changes)]  # so that no end is reached
        print_spans(f"{screen}: {slider}", [timed(page, partial(handle.press, key)) for key in keys])
    names = BUTTONS.get(screen, ())
    if names:
        turns = [names[i % len(names)] for i in range(changes)]
        buttons = [page.get_by_role("radio", name=name, exact=True) for name in turns]
        print_spans(f"{screen}: {' / '.join(names)}", [timed(page, button.click) for button in buttons])
    if screen == "inside":
        boxes = page.locator("canvas").first
        places = [on_a_box(page, share) for share in (0.35, 0.65)]
        clicks = [partial(boxes.click, position=places[i % 2]) for i in range(changes)]
        print_spans("inside: a click on a box", [timed(page, click) for click in clicks])
    page.context.close()


def on_a_box(page: Page, share: float) -> Position:
    """A place on a box, at this share of the picture's width: the pointer there shows the box's name."""
    boxes = page.locator("canvas").first
    shown = boxes.bounding_box() or {"width": 0, "height": 0}
    for y in range(10, int(shown["height"]), 10):
        at: Position = {"x": shown["width"] * share, "y": y}
        boxes.hover(position=at)
        if page.locator(".tip").inner_text():
            return at
    raise SystemExit("No box was found under the pointer.")


def timed(page: Page, change: Callable[[], None]) -> tuple[float, float]:
    """Milliseconds from the key or click, and from sending, to the last change of a chart; the limit if none came."""
    change()
    try:
        page.wait_for_function(SETTLED, timeout=LONGEST_MS)
    except TimeoutError:
        return LONGEST_MS, LONGEST_MS
    marks = page.evaluate("marks")
    return marks["drawn"] - marks["asked"], marks["drawn"] - marks["sent"]


def print_spans(name: str, spans: list[tuple[float, float]]) -> None:
    (key50, sent50), (key95, sent95) = np.percentile(spans, [50, 95], axis=0)
    print(f"{name:34} {len(spans):3}  {key50:12.0f} {key95:7.0f}   {sent50:16.0f} {sent95:7.0f}", flush=True)


def opened(browser: Browser, address: str, screen: str, width: int, theme: str) -> Page:
    """A Learn screen, drawn."""
    context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=theme)
    page = context.new_page()
    page.goto(f"{address}/learn_{screen}")
    page.locator("canvas, .js-plotly-plot .main-svg").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    return page


def shoot(browser: Browser, address: str) -> None:
    """A picture of every screen at both widths, light and dark."""
    folder = ROOT / "screenshots"
    folder.mkdir(exist_ok=True)
    for screen in (*SLIDERS, "inside"):
        for width, theme in ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")):
            page = opened(browser, address, screen, width, theme)
            height = page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight")
            page.set_viewport_size({"width": width, "height": min(int(height) + 60, 4000)})
            page.wait_for_timeout(800)
            page.screenshot(path=folder / f"learn-{screen}-{width}-{theme}.png")
            page.context.close()


if __name__ == "__main__":
    main()
