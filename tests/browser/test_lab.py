"""The main job in a real browser against the real server, with real training: nothing here is a stand-in."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.waiting import wait_until

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "screenshots"
WIDTHS = (1280, 390)
SCREENS = {"/": "home", "/models": "models", "/lab": "lab", "/results": "results", "/runs": "runs"}
# The teacher is trained on all digits once; the rest of the run is kept short.
SHORT = "train_examples=64&epochs=1&recovery_epochs=1&student_size=0.25"
A_MINUTE, TEN_MINUTES = 60_000, 600_000

POINTS = """() => [...document.querySelectorAll('.js-plotly-plot')]
    .flatMap(plot => plot.data).filter(t => t.name && t.x).reduce((n, t) => n + t.x.length, 0)"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own, with a data directory of its own, as a user starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "KDPS_DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, "the server ended"
        try:
            return bool(urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).status == 200)
        except (URLError, OSError):
            return False

    try:
        wait_until(answers, seconds=60)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(A_MINUTE)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield page
    context.close()
    assert not broken


def press(page: Page, slider: str, key: str, times: int = 1) -> None:
    handle = page.get_by_role("slider", name=slider)
    handle.focus()
    for _ in range(times):
        handle.press(key)


def open_lab(page: Page, server: str, query: str = "") -> None:
    page.goto(f"{server}/lab?{query}")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


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
        page.wait_for_timeout(1000)  # the charts follow the width
        height = page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight")
        page.set_viewport_size({"width": width, "height": min(int(height) + 60, 6000)})
        page.wait_for_timeout(500)
        page.screenshot(path=SHOTS / f"{name}-{width}.png")
        assert (
            page.evaluate("(m => m.scrollWidth - m.clientWidth)(document.querySelector('[data-testid=stMain]'))") == 0
        )
    page.set_viewport_size({"width": 1280, "height": 1000})


def test_set_sliders_run_see_the_curve_grow_reload_cancel(page: Page, server: str) -> None:
    # A deep link as the very first request: the frame and its worker must be there all the same.
    open_lab(page, server, SHORT)
    expect(page.get_by_role("link", name="Results")).to_be_visible()
    press(page, "Temperature T", "ArrowRight", times=4)
    page.wait_for_function("new URLSearchParams(location.search).get('temperature') === '6'")
    run_id = start_run(page)

    seen = wait_for_points(page, more_than=0)
    grown = wait_for_points(page, more_than=seen)
    shoot(page, "lab-live")

    page.reload()
    assert wait_for_points(page, more_than=0) >= grown
    expect(page.get_by_text(run_id)).to_be_visible()
    expect(page.get_by_role("slider", name="Temperature T")).to_have_attribute("aria-valuetext", "6")

    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled by the user.")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    assert page.evaluate(POINTS) >= grown  # what was seen stays


def test_a_run_to_its_end_its_results_and_its_downloads(page: Page, server: str) -> None:
    open_lab(page, server, SHORT)
    run_id = start_run(page)
    page.get_by_role("link", name="Home").click()  # the run goes on without its page
    page.goto(f"{server}/lab?run={run_id}")
    expect(page.get_by_text("Finished in")).to_be_visible(timeout=TEN_MINUTES)

    page.get_by_role("link", name="All results of this run").click()
    expect(page.get_by_role("heading", name="Compression table")).to_be_visible()
    everything = json.loads(download(page, "Everything (JSON)"))
    measured = everything["measurements"]
    assert [m["name"] for m in measured] == ["teacher", "control", "distilled", "pruned", "recovered"]

    table = list(csv.DictReader(io.StringIO(download(page, "Table (CSV)").decode())))
    assert [float(row["accuracy"]) for row in table] == [m["accuracy"] for m in measured]
    assert [int(row["size_bytes"]) for row in table] == [m["size_bytes"] for m in measured]

    with zipfile.ZipFile(io.BytesIO(download(page, "Student's weights (ZIP)"))) as archive:
        files = {Path(name).name: name for name in archive.namelist()}
        assert {"model.safetensors", "config.json", "README.md", "load.py"} <= set(files)
        assert archive.getinfo(files["model.safetensors"]).file_size == measured[-1]["size_bytes"]

    for path, name in SCREENS.items():
        page.goto(f"{server}{path}" + (f"?run={run_id}" if name in ("lab", "results") else ""))
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_timeout(2000)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        shoot(page, name)


def download(page: Page, label: str) -> bytes:
    with page.expect_download() as coming:
        page.get_by_role("button", name=label).click()
    return Path(coming.value.path()).read_bytes()


def test_settings_live_in_the_url_and_survive_pages_and_reloads(page: Page, server: str) -> None:
    open_lab(page, server, "temperature=8")
    page.get_by_role("link", name="Models").click()
    links = page.get_by_test_id("stPageLink").filter(has_text="Use it in the Lab")
    expect(links).to_have_count(4)
    links.nth(1).click()
    model = page.get_by_role("combobox").first
    expect(model).to_have_value("MobileNetV2")
    page.wait_for_function("location.search.includes('model=MobileNetV2') && location.search.includes('temperature=8')")

    page.reload()
    expect(model).to_have_value("MobileNetV2")
    expect(page.get_by_role("slider", name="Temperature T")).to_have_attribute("aria-valuetext", "8")

    model.click()
    page.get_by_role("option", name="T5-small").click()
    expect(page.get_by_role("combobox").nth(1)).to_have_value("Reviews: what is it about?")
    expect(page.get_by_role("slider", name="Student size (layers)")).to_have_attribute("aria-valuetext", "3")
    expect(page.get_by_role("slider", name="Temperature T")).to_have_attribute("aria-valuetext", "8")
