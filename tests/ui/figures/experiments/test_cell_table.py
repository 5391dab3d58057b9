"""Cells of an experiment as rows, and as plain numbers for a download."""

from __future__ import annotations

from simulator.events import CellFinished
from simulator.experiments import EXPERIMENTS
from tests.ui.reading import read
from ui.figures.experiments import cell_table

QUANTITIES = EXPERIMENTS["four_way"].quantities
CELLS = [
    CellFinished(at={"pruned": True, "student": "control"}, seed=2024, values={"accuracy": 0.5}),
    CellFinished(at={"pruned": False, "student": "distilled"}, seed=2025, values={}, measured_in="r1"),
]


def test_a_row_a_cell_with_gaps_where_a_value_was_not_measured() -> None:
    shown = read(cell_table.cells(CELLS, QUANTITIES))
    assert len(shown) == 2
    assert shown["Seed"] == ["2024", "2025"] and shown.orders("Seed") == [2024, 2025]
    assert shown["Measured in"] == ["this run", "r1"]
    assert shown[QUANTITIES.titles["accuracy"]] == ["50.0 %", ""]
    assert shown.orders(QUANTITIES.titles["accuracy"]) == [0.5, None]


def test_yes_and_no_are_sorted_as_words_and_numbers_as_numbers() -> None:
    title = next(title for title in read(cell_table.cells(CELLS, QUANTITIES)).titles if "rune" in title)
    assert all(isinstance(order, str) for order in read(cell_table.cells(CELLS, QUANTITIES)).orders(title))
    hot = [CellFinished(at={"temperature": t}, seed=0, values={"accuracy": 0.5}) for t in (10.0, 1.25)]
    shown = read(cell_table.cells(hot, EXPERIMENTS["how_hot"].quantities))
    assert shown.orders(shown.titles[0]) == [10.0, 1.25]


def test_a_download_holds_every_value_as_it_was_measured() -> None:
    assert cell_table.raw(CELLS) == [
        {"pruned": True, "student": "control", "seed": 2024, "accuracy": 0.5, "measured_in": ""},
        {"pruned": False, "student": "distilled", "seed": 2025, "measured_in": "r1"},
    ]
