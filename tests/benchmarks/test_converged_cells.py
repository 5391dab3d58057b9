"""What is tried of each way to distil, how students are stored, and how ways are judged."""

from __future__ import annotations

import json

import pytest

from benchmarks import converged_cells
from benchmarks.converged_cells import GRIDS, JUDGED_SEEDS, REGIMES, Measured
from simulator.catalog.datasets import DATASETS
from simulator.catalog.methods import METHODS
from simulator.config.run import make_config
from tests.benchmarks.invented import CONDITIONS, complete, gain


@pytest.mark.parametrize("method", METHODS)
def test_every_setting_that_is_tried_is_one_that_a_run_can_have(method):
    for settings in GRIDS[method]:
        config = make_config({**converged_cells.MODEL, "method": method, **settings})
        assert {name: getattr(config, name) for name in settings} == settings


def test_every_method_is_measured_and_judged_on_seeds_that_chose_nothing():
    assert set(GRIDS) == set(METHODS)
    assert not set(JUDGED_SEEDS) & set(converged_cells.SEARCH_SEEDS)
    assert max(r.train_examples for r in REGIMES.values()) <= DATASETS["digits"].max_train_examples


def test_judgements_are_paired_and_corrected_for_all_methods():
    found = {one.method: one for one in converged_cells.judged(complete(gain), "few")}
    dkd = found["dkd"].test
    # the seeds' luck cancels: 3 points and 0.1 more in two of five seeds
    assert (dkd.mean, dkd.n) == (pytest.approx(0.0304), 5)
    assert not found["dkd"].loses and found["rkd"].loses and found["rkd"].longer.mean == pytest.approx(-0.0496)
    assert found["hint"].loses and found["hint"].longer.mean > -0.001
    # 0 or 0.1 points: t = 0.0004 / (0.000548 / sqrt 5) = 1.63, p = 0.178; of nine, six are as large: 6 x 0.178 > 1
    assert found["kd"].test.p == 1.0


def test_students_are_stored_and_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(converged_cells, "FILE", tmp_path / "converged.json")
    assert converged_cells.load() == Measured({}, [])
    measured = complete(gain, regimes=("few",))
    converged_cells.store(measured)
    assert converged_cells.load() == measured
    assert json.loads((tmp_path / "converged.json").read_text())["conditions"] == CONDITIONS
