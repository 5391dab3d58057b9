"""Cells of a study -> a data frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from simulator import words
from simulator.events import CellFinished
from simulator.studies.base import View
from ui.charts_studies import axis_name, shown


def cells(measured: Sequence[CellFinished], view: View) -> pd.DataFrame:
    """A row a cell: coordinates, seed, the values that the study names, and where it was measured."""
    coordinates = list(dict.fromkeys(name for cell in measured for name in cell.at))
    values = [name for name in view.values if any(name in cell.values for cell in measured)]
    rows = []
    for cell in measured:
        row: dict[str, Any] = {axis_name(name): shown(cell.at.get(name, "")) for name in coordinates}
        row["Seed"] = cell.seed
        for name in values:
            write = words.three if name in view.plain else words.percent
            row[view.values[name]] = write(cell.values[name]) if name in cell.values else ""
        row["Measured in"] = cell.measured_in or "this run"
        rows.append(row)
    return pd.DataFrame(rows)


def raw(measured: Sequence[CellFinished]) -> pd.DataFrame:
    """Everything that the cells hold, in plain numbers: for a download."""
    return pd.DataFrame([{**c.at, "seed": c.seed, **c.values, "measured_in": c.measured_in} for c in measured])
