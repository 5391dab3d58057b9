"""The network is cut for a minute in the middle of a run, a quiz, an experiment and a guided lab."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.experiments import EXPERIMENTS
from tests.browser.screens import LONG, POINTS, press, start_run, wait_for_points
from tests.cable import Cable, cable_to

pytestmark = pytest.mark.browser

SECONDS_OUT = 60
NOTE = "I expect that the teacher helps."


@pytest.fixture
def cable(server: str):
    port = urlsplit(server).port
    assert port
    with cable_to(port) as cable:
        yield cable


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    return page


def test_what_was_begun_goes_on_as_if_nothing_had_happened(browser: Browser, cable: Cable) -> None:
    lab = opened(browser, f"{cable.address}/lab?{LONG}")
    press(lab, "Temperature T", "ArrowRight", times=4)
    lab.wait_for_function("location.search.includes('temperature=6')")
    run = start_run(lab)
    lab.get_by_text("Your notes").first.click()
    lab.get_by_role("textbox", name="Your notes").fill(NOTE)
    lab.get_by_role("textbox", name="Your notes").blur()
    before = wait_for_points(lab, 0)

    quiz = opened(browser, f"{cable.address}/quiz?quiz=everything&seed=7&questions=10&at=0")
    question = quiz.get_by_role("heading", level=4).inner_text()
    quiz.get_by_role("radio").nth(1).check(force=True)

    experiment = EXPERIMENTS["how_hot"]
    prediction = next(iter(experiment.predictions.values()))
    experiment = opened(browser, f"{cable.address}/experiments?experiment=how_hot")
    experiment.get_by_text(prediction, exact=True).click()
    experiment.wait_for_function("location.search.includes('predicted=')")

    guided = opened(browser, f"{cable.address}/guided_labs?lab=1&step=2")
    press(guided, "Your prediction", "ArrowRight", times=6)
    expect(guided.get_by_text("You say +3.0 points.")).to_be_visible()

    cable.pull_out()
    lab.wait_for_timeout(1000 * SECONDS_OUT)
    cable.plug_in()

    wait_for_points(lab, before)
    assert lab.evaluate(POINTS) > before
    expect(lab.get_by_role("slider", name="Temperature T")).to_have_value("6")
    expect(lab.get_by_text(f"Run {run}, running")).to_be_visible()
    lab.get_by_role("button", name="Cancel this run").click()
    expect(lab.get_by_text(f"Run {run}, cancelled")).to_be_visible()
    lab.goto(f"{cable.address}/lab?run={run}")
    lab.get_by_text("Your notes").first.click()
    expect(lab.get_by_role("textbox", name="Your notes")).to_have_value(NOTE)

    expect(quiz.get_by_role("heading", level=4, name=question)).to_be_visible()
    expect(quiz.get_by_role("radio").nth(1)).to_be_checked()
    quiz.get_by_role("button", name="Check").click()
    quiz.wait_for_function("location.search.includes('answers=')")

    expect(experiment.get_by_role("radio", name=prediction)).to_be_checked()
    expect(experiment.get_by_role("button", name="Run", exact=True)).to_be_enabled()

    expect(guided.get_by_text("You say +3.0 points.")).to_be_visible()
    guided.get_by_role("button", name="Commit to it").click()
    guided.wait_for_function("location.search.includes('progress=')")
    for page in (lab, quiz, experiment, guided):
        page.context.close()
