"""A student who opens the app for the first time: from Home through lab 1 to its end, on the recorded run."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.teaching.labs import LABS, evidence
from tests.browser.screens import press, shoot

pytestmark = pytest.mark.browser


CHECKS = "First: right on the second try. Second: right on the first try."
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


def forward(page: Page) -> None:
    """Press Next, which stands below the step; the following one opens at its top."""
    page.get_by_role("button", name="Next", exact=True).click()
    page.wait_for_function(f"{SCROLLED} === 0")


def choose(page: Page, option: str) -> None:
    """Answer the question that is open."""
    page.get_by_text(option, exact=True).click()
    page.get_by_role("button", name="Check").click()


def test_from_home_through_lab_1_reloaded_and_opened_by_somebody_else(
    page: Page, server: str, browser: Browser
) -> None:
    lab = LABS[0]
    page.goto(server)
    page.get_by_role("link", name="Start with lab 1").click()
    expect(page.get_by_role("heading", name=lab.question)).to_be_visible()
    forward(page)
    expect(page.get_by_role("button", name="Next", exact=True)).to_be_disabled()
    press(page, "Your prediction", "ArrowRight", times=6)
    expect(page.get_by_text("You say +3.0 points.")).to_be_visible()
    page.get_by_role("button", name="Commit to it").click()
    page.get_by_role("button", name="Take the recorded run").click()
    expect(page.get_by_text("recorded on")).to_be_visible()
    forward(page)

    # a reload in the middle: everything is there again
    page.wait_for_function("location.search.includes('step=4')")
    page.reload()
    answer = lab.answer(evidence(lab.recorded))
    expect(page.get_by_text(answer.sentence)).to_be_visible()
    expect(page.get_by_text("You said +3.0 points; the measured answer is")).to_be_visible()
    shoot(page, "guided-lab-measured")
    page.set_viewport_size({"width": 390, "height": 500})
    page.get_by_role("button", name="Next", exact=True).scroll_into_view_if_needed()
    page.wait_for_function(f"{SCROLLED} > 200")

    first, second = lab.questions(evidence(lab.recorded))
    forward(page)
    expect(page.get_by_role("heading", name="Which student made the lead change?")).to_be_visible()
    choose(page, first.options[1])
    expect(page.get_by_text(first.hint)).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(len(first.options) - 1)
    shoot(page, "guided-lab-hint")
    choose(page, first.right_words())
    expect(page.get_by_text("Right on the second try:", exact=True)).to_be_visible()
    forward(page)
    choose(page, second.right_words())
    expect(page.get_by_text("Right:", exact=True)).to_be_visible()
    forward(page)
    expect(page.get_by_text(CHECKS)).to_be_visible()
    for sentence in lab.takeaway(evidence(lab.recorded)):
        expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.get_by_role("img", name="You said: +3.0 points. Measured:")).to_be_visible()
    shoot(page, "guided-lab-takeaway")

    # the same link in a second browser shows the same; the lab's own link carries nobody's progress
    link = page.url
    other = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    other.goto(link)
    expect(other.get_by_text(CHECKS)).to_be_visible()
    other.context.close()
    page.get_by_role("button", name="Lab 2: How hot?").click()
    page.wait_for_function("location.search.includes('lab=2') && !location.search.includes('step')")
    page.reload()
    expect(page.get_by_role("heading", name=LABS[1].question)).to_be_visible()
    fresh = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    fresh.goto(f"{server}/guided_labs?lab=1&step=2")
    expect(fresh.get_by_role("button", name="Commit to it")).to_be_enabled()
    fresh.context.close()
