"""The main job in a real browser against the real server, with real training: nothing here is mocked."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import (
    LONG,
    POINTS,
    SHORT,
    TEN_MINUTES,
    download,
    open_card,
    open_lab,
    press,
    settle,
    shoot,
    start_run,
    wait_for_points,
)

pytestmark = pytest.mark.browser

SCREENS = {"/": "home", "/models": "models", "/lab": "lab", "/results": "results", "/runs": "runs"}


def watch_the_teacher(page: Page) -> None:
    """Choose a curve, which only grows. The default curve changes with the stage and starts again."""
    page.get_by_role("radio", name="Teacher", exact=True).click()


def test_set_sliders_run_see_the_curve_grow_reload_cancel(page: Page, server: str) -> None:
    # A deep link as the very first request: the frame and its worker must exist anyway.
    open_lab(page, server, LONG)
    expect(page.get_by_role("link", name="Results")).to_be_visible()
    press(page, "Temperature T", "ArrowRight", times=4)
    page.wait_for_function("new URLSearchParams(location.search).get('temperature') === '6'")
    run_id = start_run(page)
    watch_the_teacher(page)

    seen = wait_for_points(page, more_than=0)
    grown = wait_for_points(page, more_than=seen)
    shoot(page, "lab-live")

    page.reload()
    watch_the_teacher(page)
    wait_for_points(page, more_than=grown - 1)
    expect(page.get_by_text(run_id)).to_be_visible()
    expect(page.get_by_role("slider", name="Temperature T")).to_have_attribute("aria-valuetext", "6")

    notes = page.get_by_role("textbox", name="Your notes")
    page.get_by_text("Your notes").first.click()
    expect(notes).to_be_visible()
    press(page, "Temperature T", "ArrowRight")
    expect(page.get_by_role("button", name="Set the controls to this run")).to_be_visible()  # above the notes
    expect(notes).to_be_visible()

    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled by the user.")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    assert page.evaluate(POINTS) >= grown  # what was seen stays
    expect(notes).to_be_visible()


@pytest.mark.usefixtures("kept_teacher")
def test_a_run_to_its_end_its_results_and_its_downloads(page: Page, server: str) -> None:
    open_lab(page, server, SHORT)
    run_id = start_run(page)
    page.get_by_role("link", name="Home").click()  # the run continues without its page
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
        settle(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        shoot(page, name)


def test_settings_live_in_the_url_and_survive_pages_and_reloads(page: Page, server: str) -> None:
    open_lab(page, server, "temperature=8")
    page.get_by_role("link", name="Models").click()
    links = page.get_by_test_id("stPageLink").filter(has_text="Use it in the Lab")
    expect(links).to_have_count(4)
    links.nth(2).click()
    open_card(page, "Model and data")
    model = page.get_by_role("combobox").first
    expect(model).to_have_value("MobileNetV2")
    page.wait_for_function("location.search.includes('model=MobileNetV2') && location.search.includes('temperature=8')")

    page.reload()
    open_card(page, "Model and data")
    expect(model).to_have_value("MobileNetV2")
    expect(page.get_by_role("slider", name="Temperature T")).to_have_attribute("aria-valuetext", "8")

    model.click()
    page.get_by_role("option", name="T5-small").click()
    expect(page.get_by_role("combobox").nth(1)).to_have_value("Reviews: what is it about?")
    expect(page.get_by_role("slider", name="Student size (layers)")).to_have_attribute("aria-valuetext", "3")
    expect(page.get_by_role("slider", name="Temperature T")).to_have_attribute("aria-valuetext", "8")
