"""Which students are trained for the comparison of the ways to distil."""

from __future__ import annotations

from dataclasses import replace

from benchmarks import converged_cells
from benchmarks.converged_cells import CONTROL, GRIDS, REGIMES
from simulator.catalog.methods import METHODS
from tests.benchmarks.invented import complete, gain


def test_validation_chooses_and_losers_are_trained_for_longer():
    measured = complete(gain)
    for regime, known in REGIMES.items():
        assert all(converged_cells.chosen(measured, regime, method) == GRIDS[method][-1] for method in METHODS)
        long = {c.method for c in measured.cells if c.regime == regime and c.epochs > known.epochs}
        assert long == {CONTROL, "rkd", "hint"}
    trained = [c for c in measured.cells if c.regime == "few" and c.method == "kd"]
    assert len(trained) == len(GRIDS["kd"]) * 2 + 5
    incomplete = replace(measured, cells=[c for c in measured.cells if c.seed != 6])
    assert converged_cells.chosen(incomplete, "few", "kd") is None
