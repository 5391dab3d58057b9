"""One shot, iterative, cubic: equally many steps, and equally sparse at the end."""

from __future__ import annotations

from simulator.engine.experiments import step_by_step
from tests.simulator.engine.experiments.tiny import bench, cells


def test_every_schedule_takes_as_many_steps_and_ends_as_sparse(setup):
    axes = {"target_sparsity": (0.9,)}
    found = {c.at["schedule"]: c.values for c in cells(step_by_step.cells(bench(setup, "step_by_step", axes)))}
    assert set(found) == {"one_shot", "iterative", "cubic"}
    assert {v["steps"] for v in found.values()} == {3 * 2}  # 96 examples in batches of 64
    assert len({v["nonzero"] for v in found.values()}) == 1
    assert len({v["pruned"] for v in found.values()}) == len({v["unpruned"] for v in found.values()}) == 1
