"""Only the sparsity was moved: what was trained and measured before is taken over, and the table is there soon."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import SHORT, TEN_MINUTES, download, open_lab, press, shoot, start_run

pytestmark = pytest.mark.browser

BEFORE = ["teacher", "control", "distilled"]


@pytest.mark.usefixtures("kept_teacher")
def test_only_the_sparsity_is_moved_and_the_full_table_is_there_without_training(page: Page, server: str) -> None:
    open_lab(page, server, f"{SHORT}&target_sparsity=0.5")
    first = start_run(page)
    expect(page.get_by_text("Finished in")).to_be_visible(timeout=TEN_MINUTES)

    press(page, "Sparsity", "ArrowRight")
    expect(page.get_by_text("teacher, control and distilled student are kept")).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_function(f"!location.search.includes('run={first}')")
    steps = page.get_by_role("list", name="Stages of the run").get_by_role("listitem")
    expect(steps.filter(has_text="Control, kept")).to_be_visible(timeout=TEN_MINUTES)
    expect(steps.filter(has_text="Distil, kept")).to_be_visible()
    expect(page.get_by_text("Finished in")).to_be_visible(timeout=TEN_MINUTES)
    shoot(page, "lab-kept")
    expect(page.get_by_text(f"Quality and size are kept for {', '.join(BEFORE)} from run {first}")).to_be_visible()

    page.get_by_role("link", name="All results of this run").click()
    expect(page.get_by_role("heading", name="Compression table")).to_be_visible()
    measured = json.loads(download(page, "Everything (JSON)"))["measurements"]
    assert [m["name"] for m in measured] == [*BEFORE, "pruned", "recovered"]
    assert [m["kept"] and m["kept"]["run"] for m in measured] == [first] * 3 + [None, None]
    assert all(m["latency_ms"]["batch_1"]["runs"] and m["latency_ms"]["batch_32"]["runs"] for m in measured)
