"""Notes that survive a reload, and a report that is downloaded and opened from disk without any network."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.runs import archive, notes, recorded
from tests.browser.screens import download
from tests.waiting import wait_until
from ui.figures import columns

pytestmark = pytest.mark.browser

NOTE = "I expected more. <img src=x onerror=alert(1)>"
RUN = recorded.all_recorded()[-1].run.id


def test_notes_survive_a_reload_and_the_report_opens_offline(
    page: Page,
    browser: Browser,
    server: str,
    servers_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KDPS_DATA_DIR", str(servers_data))
    page.goto(f"{server}/results?run={RUN}")
    expect(page.get_by_role("heading", name="What it wrote")).to_be_visible()  # the page's end
    box = page.get_by_label("Your notes")
    box.fill(NOTE)
    box.press("Control+Enter")
    wait_until(lambda: notes.note(RUN) == NOTE)  # the page may show the message too briefly to be seen
    page.reload()
    expect(page.get_by_label("Your notes")).to_have_value(NOTE)

    file = tmp_path / "report.html"
    file.write_bytes(download(page, "Report (HTML)"))
    for scheme, width in (("light", 1280), ("dark", 390)):
        look_at(browser, file, scheme, width)


def look_at(browser: Browser, file: Path, scheme: str, width: int) -> None:
    """Open the report without a network: it draws everything, requests nothing, reports no error, and fits."""
    context = browser.new_context(offline=True, color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
    page = context.new_page()
    messages: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("dialog", lambda dialog: messages.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    expect(page.locator(".note")).to_have_text(NOTE)
    charts, panels = page.locator("figure svg[role=img]"), page.locator(".panels svg")
    assert charts.count() >= 9 and panels.count() == 3
    for drawings, height in ((charts, 100), (panels, 40)):
        boxes = [drawing.bounding_box() or {"width": 0, "height": 0} for drawing in drawings.all()]
        assert all(box["width"] > 200 and box["height"] > height for box in boxes)
    for m in archive.measurements(RUN):
        row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=m.name, exact=True)).first
        expect(row).to_contain_text(columns.QUALITY["Accuracy"].show([m]))
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert asked == [file.as_uri()]
    assert messages == []
    context.close()
