"""Tables of an experiment's cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.events import CellFinished
from simulator.experiments.base import AxisValue, Quantities
from simulator.figures import numbers
from ui.figures import table
from ui.figures.experiments.cell_charts import axis_name, shown
from ui.figures.table import Cell, Table


def cells(measured: Sequence[CellFinished], quantities: Quantities) -> Table:
    """Return a row per cell: coordinates, seed, the experiment's values, and the run that measured it."""
    coordinates = list(dict.fromkeys(name for cell in measured for name in cell.at))
    values = [name for name in quantities.titles if any(name in cell.values for cell in measured)]
    rows = []
    for cell in measured:
        row: dict[str, Cell | str | int] = {
            axis_name(name): _coordinate(cell.at[name]) for name in coordinates if name in cell.at
        }
        row["Seed"] = Cell(str(cell.seed), cell.seed)  # a name, not a number of things
        for name in values:
            write = numbers.three if name in quantities.plain else numbers.percent
            if name in cell.values:
                row[quantities.titles[name]] = Cell(write(cell.values[name]), cell.values[name])
        row["Measured in"] = cell.measured_in or "this run"
        rows.append(row)
    return table.of(rows)


def _coordinate(value: AxisValue) -> Cell:
    """Return a cell that is sorted as a number if it is one; yes and no are not numbers."""
    return Cell(shown(value), value if isinstance(value, int | float) and not isinstance(value, bool) else shown(value))


def raw(measured: Sequence[CellFinished]) -> list[dict[str, Any]]:
    """Return everything in the cells as plain numbers, for a download."""
    return [{**c.at, "seed": c.seed, **c.values, "measured_in": c.measured_in} for c in measured]
