"""A finished sensitivity scan in a real browser: a click on its chart or in its table sets a layer's share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from simulator.events import CellFinished, Concluded, Conclusion, Described, RunFinished
from simulator.experiments import make_experiment
from simulator.runs.database.store import open_store
from tests.browser.screens import open_card, settle
from tests.serving import served
from tests.ui.invented import PROVENANCE

pytestmark = pytest.mark.browser

WHERE = """name => {
    const plot = [...document.querySelectorAll('.js-plotly-plot')].find(p => p.data?.some(t => t.name === name));
    if (!plot) return null;
    plot.scrollIntoView({block: 'center'});
    const line = plot.data.find(t => t.name === name && t.mode.includes('lines'));
    const {left, top} = plot.getBoundingClientRect(), {xaxis, yaxis, _size} = plot._fullLayout;
    const last = line.x.length - 1;
    return [left + _size.l + xaxis.d2p(line.x[last]), top + _size.t + yaxis.d2p(line.y[last])];
}"""


@pytest.fixture
def scan(data_directory) -> Iterator[str]:
    """The address of a server whose store has one scan, of two layers; its numbers are invented for this test."""
    cells = [CellFinished(at={"layer": "whole student"}, seed=0, values={"accuracy": 0.9})]
    for name, drop in (("early", 0.5), ("late", 0.1)):
        for share in (0.3, 0.9):
            values = {"accuracy": 0.9 - drop * share, "parameters": 1000}
            cells.append(CellFinished(at={"layer": name, "sparsity": share}, seed=0, values=values))
    store = open_store()
    store.add("scan", make_experiment("sensitivity", {"target_sparsity": 0.4}, {"sparsity": (0.3, 0.9)}, 1), None)
    store.start("scan", "1@0.00")
    concluded = Concluded(conclusion=Conclusion(sentences=("Early is frail.",), answer="differ", shown=False))
    described = Described(provenance=PROVENANCE, class_names=("a", "b"))
    store.append("scan", [described, *cells, concluded, RunFinished(seconds=1, peak_memory_mb=1)])
    store.finish("scan", "finished")
    with served(data_directory, KDPS_WARM="0") as here:
        yield here.address


def test_clicks_on_chart_and_table_set_the_layers_shares_and_the_lab_takes_them(page: Page, scan: str):
    page.goto(f"{scan}/experiments?run=scan")
    expect(page.get_by_text("This leaves")).to_contain_text(
        "changes by \N{MINUS SIGN}9.0 points"
    )  # late at 0.9, early whole
    page.wait_for_function(f"({WHERE})('early') !== null")
    settle(page)
    page.mouse.click(*page.evaluate(WHERE, "early"))
    expect(page.get_by_text("This leaves")).to_contain_text("changes by \N{MINUS SIGN}54.0 points")
    page.get_by_role("combobox", name="Sparsity, early").select_option("30 %")
    page.get_by_role("combobox", name="Sparsity, late").select_option("30 %")  # before the page has answered the first
    expect(page.get_by_text("This leaves")).to_contain_text("changes by \N{MINUS SIGN}18.0 points")
    page.get_by_role("button", name="Use it in the Lab").click()
    open_card(page, "Pruning")
    expect(page.get_by_role("radio", name="By hand")).to_be_checked()
    page.wait_for_function("new URLSearchParams(location.search).get('layer_sparsity') === 'early=0.3, late=0.3'")
