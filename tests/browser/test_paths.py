"""The main path through each screen except the Lab, as a student takes it; nothing is trained here."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Position, expect

from tests.browser.screens import A_MINUTE, download, open_card, open_lab, press
from tests.simulator.brought import pictures, zip_bytes

pytestmark = pytest.mark.browser

BARS = """key => [...document.querySelectorAll(`.st-key-${key} .js-plotly-plot`)]
    .map(plot => JSON.stringify(plot.data.map(trace => trace.y)))[0]"""


def test_a_card_leads_to_the_lab_with_its_model(page: Page, server: str) -> None:
    page.goto(f"{server}/models")
    page.get_by_test_id("stPageLink").filter(has_text="Use it in the Lab").nth(1).click()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    open_card(page, "Model and data")
    expect(page.get_by_role("combobox").first).to_have_value("T5-small")
    expect(page.get_by_role("slider", name="Student size (layers)")).to_be_visible()


@pytest.mark.parametrize(
    ("screen", "slider", "chart"),
    [
        ("soft_targets", "Temperature T", "soft_bars"),
        ("loss", "Alpha", "loss_pushes"),
        ("zeros", "Sparsity", "zeros_bytes"),
        ("answers", "Which of them", "changed_bars"),
    ],
)
def test_a_learn_slider_moves_its_chart(page: Page, server: str, screen: str, slider: str, chart: str) -> None:
    page.goto(f"{server}/learn_{screen}")
    page.locator(f".st-key-{chart} .js-plotly-plot .main-svg").first.wait_for()
    before = page.evaluate(BARS, chart)
    alt = page.locator(f".st-key-{chart} [aria-label]").first.get_attribute("aria-label")
    assert before and alt
    press(page, slider, "ArrowRight")
    page.wait_for_function(f"([key, was]) => ({BARS})(key) !== was", arg=[chart, before])
    expect(page.locator(f".st-key-{chart} [aria-label]").first).not_to_have_attribute("aria-label", alt)


def test_the_sparsity_slider_takes_weights_out_of_the_picture(page: Page, server: str) -> None:
    page.goto(f"{server}/learn_masks")
    both = page.locator(".st-key-mask_0 canvas")
    expect(both.first).to_have_attribute("aria-label", re.compile("pruned"))
    before = [both.nth(i).evaluate("c => [c.toDataURL(), c.ariaLabel]") for i in range(2)]
    press(page, "Sparsity", "ArrowRight")
    expect(both.first).not_to_have_attribute("aria-label", before[0][1])
    for (pixels, words), now in zip(before, (both.nth(i) for i in range(2)), strict=True):
        assert now.evaluate("c => c.toDataURL()") != pixels
        assert now.get_attribute("aria-label") != words
    shown = both.first.bounding_box()
    assert shown
    both.first.hover(position={"x": shown["width"] * 32.5 / 64, "y": shown["height"] * 32.5 / 64})
    expect(page.locator(".st-key-mask_0 .tip")).to_contain_text("output 32, input 32: ")


def test_a_layer_is_chosen_from_the_list_and_by_its_bar(page: Page, server: str) -> None:
    page.goto(f"{server}/learn_inside")
    page.get_by_role("radio", name="channels removed").click()
    expect(page.get_by_text("not trained further")).to_be_visible()
    layer, weight = page.get_by_role("combobox", name="Layer"), page.get_by_text(re.compile("^Weight .*; output "))
    layer.press("ControlOrMeta+a")
    layer.press_sequentially("25. ")  # the list draws only what is in view, so it is searched
    expect(page.get_by_role("option")).to_have_count(1)
    layer.press("Enter")
    expect(page.get_by_text("one matrix product")).to_be_visible()
    before = weight.inner_text()
    bars = page.locator("canvas").nth(1)
    shown = bars.bounding_box()
    assert shown
    bars.click(position={"x": 40 + (shown["width"] - 40) * 2.5 / 25, "y": shown["height"] / 2})  # the third of 25
    expect(layer).to_have_value(re.compile(r"^3\. "))
    expect(weight).not_to_have_text(before)


def test_boxes_in_space_are_turned_and_one_is_chosen_by_a_click(page: Page, server: str) -> None:
    page.goto(f"{server}/learn_inside")
    boxes, pixels = page.locator("canvas").first, "c => c.toDataURL()"
    expect(boxes).to_have_attribute("aria-label", re.compile("^Layers of teacher as boxes: .* is the widest"))
    start = boxes.evaluate(pixels)
    boxes.press("ArrowLeft")
    turned = boxes.evaluate(pixels)
    assert turned != start
    page.get_by_role("radio", name="channels removed").click()
    expect(boxes).to_have_attribute("aria-label", re.compile("channels and features are gone"))
    assert boxes.evaluate(pixels) not in (start, turned)
    page.get_by_role("radio", name="teacher").click()
    expect(boxes).to_have_attribute("aria-label", re.compile("^Layers of teacher"))
    assert boxes.evaluate(pixels) == turned  # it is still turned as it was
    shown, layer = boxes.bounding_box(), page.get_by_role("combobox", name="Layer")
    assert shown
    before, middle = layer.input_value(), Position(x=shown["width"] / 2, y=shown["height"] / 2)
    boxes.click(position=middle, button="right")
    page.wait_for_timeout(1000)
    expect(layer).to_have_value(before)
    boxes.click(position=middle)
    expect(layer).not_to_have_value(before)
    name = layer.input_value().split(". ", 1)[1]
    expect(page.locator(".tip").filter(has_text=name)).to_be_visible()


def test_pictures_drawn_here_watch_their_size_once(page: Page, server: str) -> None:
    """Their scripts run again at every change; one more observer each time would redraw more and more often."""
    page.add_init_script("""
        window.watching = new Map();
        const {observe, disconnect} = ResizeObserver.prototype;
        ResizeObserver.prototype.observe = function (target, ...rest) {
            if (target.tagName === 'CANVAS') watching.set(this, target);
            return observe.call(this, target, ...rest);
        };
        ResizeObserver.prototype.disconnect = function () { watching.delete(this); return disconnect.call(this); };
    """)
    watched_once = "canvases => watching.size === canvases && new Set(watching.values()).size === canvases"
    page.goto(f"{server}/learn_inside")
    page.wait_for_function(watched_once, arg=1)
    for network in ("pruned", "teacher", "pruned"):
        page.get_by_role("radio", name=network).click()
        expect(page.locator("canvas").first).to_have_attribute("aria-label", re.compile(f"^Layers of {network} "))
    page.wait_for_function(watched_once, arg=1)
    page.get_by_role("link", name="Masks").click()
    masks = page.locator(".st-key-mask_0 canvas")
    expect(masks.last).to_be_visible()
    page.wait_for_function(watched_once, arg=2)
    before = masks.last.get_attribute("aria-label")
    press(page, "Sparsity", "ArrowRight", 4)
    expect(masks.last).not_to_have_attribute("aria-label", before or "")
    page.wait_for_function(watched_once, arg=2)
    page.get_by_role("link", name="Home").click()
    page.wait_for_function(watched_once, arg=0)


def test_a_quiz_question_is_answered_explained_and_scored(page: Page, server: str) -> None:
    page.goto(f"{server}/quiz?quiz=everything&seed=7&questions=1&at=0")
    expect(page.get_by_text("Question 1 of 1")).to_be_visible()
    number = page.get_by_role("spinbutton")
    if number.count():
        number.fill("1")
    else:
        page.get_by_role("radio").first.check(force=True)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text(re.compile("^(Right:|Not right)"))).to_be_visible()
    page.reload()  # the answer is in the address
    page.get_by_role("button", name="See the score").click()
    expect(page.get_by_test_id("stMetricValue")).to_have_text(re.compile("[01] of 1"))


def test_texts_and_pictures_are_brought_and_reach_the_lab(page: Page, server: str) -> None:
    page.goto(f"{server}/own_data")
    example = download(page, "An example to try")
    for name, kind, content, model in (
        ("Course reviews", "reviews.csv", example, "DistilBERT"),
        ("Noise", "noise.zip", zip_bytes(pictures()), "ResNet-18"),
    ):
        page.locator("input[type=file]").set_input_files({"name": kind, "mimeType": "", "buffer": content})
        expect(page.get_by_role("heading", name="What is in the file")).to_be_visible()
        page.get_by_role("textbox", name="Name").fill(name)
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("link", name=f"Use with {model} in the Lab").click()
        expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
        open_card(page, "Model and data")
        expect(page.get_by_role("combobox").nth(1)).to_have_value(name)
        page.get_by_role("link", name="Models and data").click()
        page.get_by_role("link", name="Your data").click()
        expect(page.get_by_role("heading", name="Saved data")).to_be_visible()


def test_a_link_opens_the_same_settings_for_somebody_else(page: Page, server: str, browser: Browser) -> None:
    open_lab(page, server)
    open_card(page, "Distillation")
    press(page, "Temperature T", "ArrowRight", times=4)
    press(page, "Alpha", "ArrowLeft", times=2)
    page.wait_for_function("location.search.includes('temperature=6') && location.search.includes('alpha=')")
    alpha = page.get_by_role("slider", name="Alpha").get_attribute("aria-valuetext")
    context = browser.new_context()
    other = context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("slider", name="Temperature T")).to_have_attribute("aria-valuetext", "6", timeout=A_MINUTE)
    open_card(other, "Distillation")
    expect(other.get_by_role("slider", name="Alpha")).to_have_attribute("aria-valuetext", str(alpha))
    context.close()


def test_a_lab_link_that_names_options_is_spelt_as_the_controls_show_them(page: Page, server: str) -> None:
    page.goto(f"{server}/lab?model=t5_small&pruning=structured&epochs=2")
    page.wait_for_url(re.compile(r"model=T5-small.*epochs=2"))
    page.reload()
    open_card(page, "Model and data")
    expect(page.get_by_role("combobox").first).to_have_value("T5-small")
    expect(page).to_have_url(re.compile(r"model=T5-small.*epochs=2"))


def test_a_link_of_the_time_when_experiments_were_called_studies_opens_what_it_meant(page: Page, server: str) -> None:
    page.goto(f"{server}/studies?study=how_hot&predicted=no&seeds_how_hot=2")
    page.wait_for_url(re.compile(r"/experiments\?.*experiment=how_hot"))
    expect(page.get_by_role("heading", level=2).first).to_have_text("How hot?")
    assert "predicted=no" in page.url and "study=" not in page.url
    expect(page.get_by_test_id("stSidebarNav").get_by_text("studies", exact=False)).to_have_count(0)
    page.goto(f"{server}/studies")
    page.wait_for_url(re.compile("/experiments$"))
    expect(page.get_by_test_id("stPageLink").filter(has_text="Open").first).to_be_visible()


def test_an_experiment_that_is_opened_by_a_click_stays_open(page: Page, server: str) -> None:
    page.goto(f"{server}/experiments")
    page.get_by_test_id("stPageLink").filter(has_text="Open").first.click()
    page.wait_for_url(re.compile("experiment="))
    title = page.get_by_role("heading", level=2).first.inner_text()
    page.get_by_role("radio").first.check(force=True)
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    expect(page.get_by_role("heading", level=2).first).to_have_text(title)
    page.reload()
    expect(page.get_by_role("heading", level=2).first).to_have_text(title)
    page.get_by_test_id("stPageLink").filter(has_text="All experiments").click()
    page.wait_for_url(re.compile("/experiments$"))
