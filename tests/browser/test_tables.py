"""Tables in a real browser: sorted, explained, ticked, and read at the width of a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from simulator.config.run import make_config
from simulator.events import CellFinished
from simulator.experiments import make_experiment
from simulator.runs.database.store import open_store
from tests.serving import served
from tests.ui.invented import whole_run

pytestmark = pytest.mark.browser


@pytest.fixture
def lined_up(data_directory) -> Iterator[str]:
    """The address of a server whose store has two runs, of T = 8 and T = 2, and an experiment, which has no T."""
    store = open_store()
    for run_id, config in (
        ("hot", make_config({"temperature": 8.0})),
        ("cold", make_config({"temperature": 2.0})),
        ("trial", make_experiment("how_hot")),
    ):
        store.add(run_id, config, None)
        store.start(run_id, "1@0.00")
        store.append(run_id, list(whole_run()) if run_id != "trial" else [])
        store.finish(run_id, "finished")
    with served(data_directory, KDPS_WARM="0") as here:
        yield here.address


def column(table: Locator, heading: str) -> list[str]:
    """The texts below a heading, from the top down."""
    headings = [text.strip("\n▲▼") for text in table.get_by_role("columnheader").all_inner_texts()]
    place = headings.index(heading)
    return [row.locator("th, td").nth(place).inner_text() for row in table.locator("tbody tr").all()]


def box_of(page: Page, run_id: str) -> Locator:
    """Return the box that ticks a run."""
    return page.get_by_role("row").filter(has=page.get_by_role("cell", name=run_id, exact=True)).get_by_role("checkbox")


def test_runs_are_sorted_by_a_heading_and_filtered_by_the_address(page: Page, lined_up: str) -> None:
    page.goto(f"{lined_up}/runs")
    table = page.get_by_role("table")
    expect(table).to_be_visible()
    as_listed = column(table, "Run")
    box = table.get_by_role("checkbox", name="Tick all").bounding_box()
    first = table.get_by_role("columnheader", name="Model").bounding_box()
    assert box and first and first["x"] - box["x"] < 40  # the column of boxes is no wider than the boxes
    heading = table.get_by_role("columnheader", name="T", exact=True)
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert column(table, "T")[0] == "2" and column(table, "T")[-2:] == ["8", ""]
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert column(table, "T")[0] == "8" and column(table, "T")[-2:] == ["2", ""]
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "none")
    assert column(table, "Run") == as_listed

    search = page.get_by_role("textbox", name="Text")
    search.fill("T = 8")
    search.press("Enter")
    expect(page.get_by_text("1 of 7 runs")).to_be_visible()
    page.wait_for_function("new URLSearchParams(location.search).get('only_text') === 'T = 8'")
    page.reload()
    expect(table.locator("tbody tr")).to_have_count(1)
    assert column(table, "Changed") == ["T = 8"]
    page.get_by_role("button", name="Show all runs").click()
    expect(table.locator("tbody tr")).to_have_count(7)
    expect(search).to_have_value("")
    page.wait_for_function("location.search === ''")


def test_a_heading_is_explained_to_mouse_and_keyboard(page: Page, lined_up: str) -> None:
    page.goto(f"{lined_up}/runs")
    button, tip = page.get_by_role("button", name="Alpha"), page.get_by_text("Weight of the soft loss")
    button.hover()
    expect(tip).to_be_visible()
    page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    button.focus()
    expect(tip).to_be_visible()
    button.press("Escape")
    expect(tip).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 300})
    button.blur()
    button.focus()
    expect(tip).to_be_visible()
    page.mouse.move(640, 150)
    page.mouse.wheel(0, 120)
    expect(tip).to_be_hidden()  # otherwise it would stay where its heading was


def test_ticks_are_kept_through_quick_clicks_sorting_and_other_peoples_runs(page: Page, lined_up: str) -> None:
    page.goto(f"{lined_up}/runs")
    hot, cold, other = (box_of(page, run_id) for run_id in ("hot", "cold", "other"))
    hot.focus()
    hot.press("Space")
    cold.click()
    compare = page.get_by_role("button", name="Compare", exact=True)
    expect(compare).to_be_enabled()
    expect(hot).to_be_checked()
    expect(cold).to_be_focused()
    page.get_by_role("button", name="Accuracy").click()
    expect(hot).to_be_checked()

    open_store().add("other", make_config({}), None)  # somebody else's, above them
    box_of(page, "trial").click()
    expect(other).not_to_be_checked()
    expect(hot).to_be_checked()
    compare.click()
    page.wait_for_function("new URLSearchParams(location.search).get('runs') === 'cold,hot'")
    page.get_by_role("link", name="Runs", exact=True).click()
    expect(hot).not_to_be_checked()
    page.get_by_role("checkbox", name="Tick all").click()
    expect(hot).to_be_checked()
    page.get_by_role("button", name="Delete 3 runs").click()  # not those that are under way or recorded
    page.get_by_role("button", name="Delete 3", exact=True).click()
    expect(hot).to_have_count(0)
    expect(other).not_to_be_checked()
    expect(
        page.get_by_role("button", name="Cancel", exact=True)
    ).to_be_disabled()  # nothing is ticked for Python either


def test_the_first_column_stays_in_sight_on_a_phone(page: Page, lined_up: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{lined_up}/results?run=hot")
    table = page.get_by_role("table").filter(has_text="Precision")
    name = table.get_by_role("rowheader", name="teacher")
    before = name.bounding_box()
    table.get_by_role("columnheader", name="F1").scroll_into_view_if_needed()
    assert table.evaluate("table => table.parentElement.scrollLeft") > 0
    after = name.bounding_box()
    assert before and after and before["x"] == after["x"]
    hint = page.locator(".st-key-table_How-good").get_by_text("Scroll the table sideways")
    expect(hint).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(hint).to_be_hidden()


def test_coordinates_of_cells_sort_as_numbers(page: Page, data_directory) -> None:
    store, experiment = open_store(), make_experiment("how_hot", {}, {"temperature": (1.25, 1.9, 10.0)}, 1)
    cells = [CellFinished(at={"temperature": t}, seed=2024, values={"accuracy": 0.5}) for t in (10.0, 1.9, 1.25)]
    store.add("trial", experiment, None)
    store.start("trial", "1@0.00")
    store.append("trial", cells)
    store.finish("trial", "finished")
    with served(data_directory, KDPS_WARM="0") as here:
        page.goto(f"{here.address}/experiments?run=trial")
        page.get_by_text("Table: 3 cells").click()
        table = page.get_by_role("table").filter(has_text="Measured in")
        table.get_by_role("button", name="Temperature").click()
        assert column(table, "Temperature") == ["1.25", "1.9", "10"]
        assert column(table, "Seed") == ["2024"] * 3


def test_tables_of_texts_fit_on_a_laptop(page: Page, lined_up: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    for path, last in (("models", "Measured"), ("results?run=hot", "95 % under, batch 32")):
        page.goto(f"{lined_up}/{path}")
        expect(page.get_by_role("columnheader", name=last, exact=True).first).to_be_visible()
        places = page.get_by_role("group").filter(has=page.get_by_role("table")).all()
        assert places and all(place.evaluate("it => it.scrollWidth <= it.clientWidth") for place in places), path
    page.set_viewport_size({"width": 1024, "height": 800})
    page.goto(f"{lined_up}/runs")
    expect(page.get_by_text("Scroll the table sideways")).to_be_visible()  # it has too many columns to fit
