"""Neither, distillation, pruning, both."""

from __future__ import annotations

from tests.simulator.engine.experiments.tiny import cells


def test_only_pruned_cells_have_zeros(done):
    for cell in cells(done("four_way")):
        assert (cell.values["zeros"] > 0.4) is bool(cell.at["pruned"])
