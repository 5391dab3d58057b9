"""CSV files to download."""

from __future__ import annotations

from simulator.data import own_data, uploads
from tests.simulator.brought import csv_bytes, texts
from ui.screens.own_data.spreadsheets import as_csv, example_csv, safe_cell


def test_the_csv_has_no_formulas_and_the_example_can_be_brought():
    rows = [(f"=1+{i}", "cats") for i in range(70)] + texts(70, ["dogs"])
    kept = own_data.keep(uploads.check("t.csv", csv_bytes(rows)).name, "Formulas")
    cells = [cell for line in as_csv(kept).splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert "'=1+3" in cells
    assert [safe_cell(t) for t in ("=a", "+1", "-1", "@x", "plain")] == ["'=a", "'+1", "'-1", "'@x", "plain"]
    assert sum(map(sum, uploads.check("e.csv", example_csv().encode()).counts)) > 200
