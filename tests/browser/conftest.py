"""A real server and a real browser, both once per module; a fresh page for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screens import A_MINUTE
from tests.serving import chromium, installed_chromium, served

expect.set_options(timeout=A_MINUTE)  # a busy machine is slow, and no test here measures speed


@pytest.fixture(scope="module")
def servers_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of this module's server."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def kept_teacher(servers_data: Path, with_teacher: Path) -> None:
    """A trained ResNet-18 where the server looks for one: for tests of what comes after its training."""
    shutil.copytree(with_teacher / "cache" / "teachers", servers_data / "cache" / "teachers", dirs_exist_ok=True)


@pytest.fixture(scope="module")
def server(servers_data: Path) -> Iterator[str]:
    """The address of this module's own server, started as a user starts it."""
    with served(servers_data) as here:
        yield here.address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if installed_chromium() is None:
        pytest.skip("no Chromium on this machine")
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in its own context; an error in its scripts fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(A_MINUTE)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield page
    context.close()
    assert not broken
