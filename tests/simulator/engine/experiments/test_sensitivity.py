"""The sensitivity scan: its cells are true, and a run finds them again."""

from __future__ import annotations

import pytest

from simulator.engine import pipeline
from simulator.events import Measured
from simulator.experiments.allocation import check, run_of
from simulator.experiments.sensitivity import FITTED, UNIFORM, WHOLE, curves, fit_to_budget
from tests.simulator.engine.experiments.tiny import cells, tiny

pytestmark = pytest.mark.usefixtures("use_shared_data")


def test_the_scan_prunes_one_layer_and_the_fit_keeps_its_budget(done):
    measured = cells(done("sensitivity"))
    whole = next(c for c in measured if c.at == WHOLE).values["nonzero"]
    fitted, uniform = (next(c for c in measured if c.at == at).values for at in (FITTED, UNIFORM))
    for cell in measured:
        if "sparsity" in cell.at:
            dropped = whole - cell.values["nonzero"]
            assert dropped == pytest.approx(cell.at["sparsity"] * cell.values["parameters"], abs=1)
    found = curves(measured, 0)
    budget = uniform["nonzero"] - (whole - sum(c.parameters for c in found.values()))
    assert fitted["nonzero"] <= uniform["nonzero"] + len(found)
    for name, sparsity in fit_to_budget(found, round(budget) + len(found)).items():
        assert f"sparsity of {name}" in fitted
        assert 0 <= sparsity <= 0.9


def test_a_run_of_the_fitted_allocation_is_the_scans_fitted_student(done):
    """What the scan measured of all layers at once, an ordinary run by hand finds again to the last example."""
    scan, measured = tiny("sensitivity"), cells(done("sensitivity"))
    fitted = next(c for c in measured if c.at == FITTED).values
    prefix = "sparsity of "
    chosen = {name.removeprefix(prefix): share for name, share in fitted.items() if name.startswith(prefix)}
    run = run_of(scan, chosen).model_copy(update={"recovery_epochs": 0})
    found = [e.measurement for e in pipeline.run(run) if isinstance(e, Measured)]
    distilled, pruned = (next(m for m in found if m.name == name) for name in ("distilled", "pruned"))
    assert pruned.accuracy == pytest.approx(fitted["test_accuracy"])
    assert pruned.nonzero_parameters == fitted["nonzero"]
    checked = check(scan, measured, run, found)
    whole = next(c for c in measured if c.at == WHOLE).values
    assert checked.predicted == pytest.approx(100 * (whole["accuracy"] - fitted["predicted"]))
    assert checked.measured == pytest.approx(100 * (distilled.accuracy - fitted["test_accuracy"]))
    assert distilled.accuracy == pytest.approx(whole["test_accuracy"])
    assert (checked.test_examples, checked.seeds) == (pruned.test_examples, 1)
