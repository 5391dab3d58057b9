"""The main file for hosts, started as Streamlit Community Cloud starts it: from the top of the repository."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import open_card
from tests.serving import served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(servers_data: Path) -> Iterator[str]:
    with served(servers_data, main="hosted/streamlit_app.py") as here:
        yield here.address


def test_a_deep_link_opens_first_with_theme_and_settings(page: Page, server: str) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{server}/lab?model=ResNet-18&temperature=6")
    expect(page.get_by_role("slider", name="Temperature T")).to_have_attribute("aria-valuetext", "6")
    run = page.get_by_role("button", name="Run", exact=True)
    expect(run).to_be_enabled()
    expect(run).to_have_css("background-color", "rgb(0, 90, 140)")


def test_pages_and_the_links_between_them_open(page: Page, server: str) -> None:
    page.goto(server)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("link", name="Models").click()
    page.get_by_test_id("stPageLink").filter(has_text="Use it in the Lab").nth(1).click()
    open_card(page, "Model and data")
    expect(page.get_by_role("combobox").first).to_have_value("T5-small")
