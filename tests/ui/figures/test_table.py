from __future__ import annotations

import csv
import io

from tests.ui.reading import read
from ui.figures import table
from ui.figures.table import Cell
from ui.kit import table_view


def test_rows_name_their_columns_and_may_lack_some():
    shown = read(table.of([{"Name": "a", "How many": 1234}, {"Name": "b", "Why": "so"}], {"Why": "The reason."}))
    assert shown.titles == ["Name", "How many", "Why"]
    assert shown["How many"] == ["1,234", ""] and shown.orders("How many") == [1234, None]
    assert shown["Why"] == ["", "so"] and shown.orders("Why") == [None, "so"]
    assert shown.tips["Why"] == "The reason." and shown.tips["Name"] == ""


def test_a_cell_may_be_sorted_by_something_else_than_its_text():
    shown = read(table.of([{"When": Cell("2 h ago", "2026-05-03T10:00")}]))
    assert shown["When"] == ["2 h ago"] and shown.orders("When") == ["2026-05-03T10:00"]


def test_a_single_row_and_a_table_with_an_order_of_its_own_are_not_sorted():
    two = [{"Name": "a"}, {"Name": "b"}]
    assert table_view.drawn(table.of(two), "", None)["sortable"]
    assert not table_view.drawn(table.of(two[:1]), "", None)["sortable"]
    assert not table_view.drawn(table.of(two, sortable=False), "", None)["sortable"]


def test_csv_has_every_column_of_any_row_and_quotes_what_needs_it():
    rows = [{"name": 'a "quoted", text', "value": 0.1}, {"name": "b", "other": None, "value": 1e-7}]
    back = list(csv.DictReader(io.StringIO(table.csv_of(rows))))
    assert back == [
        {"name": 'a "quoted", text', "value": "0.1", "other": ""},
        {"name": "b", "value": "1e-07", "other": ""},
    ]
