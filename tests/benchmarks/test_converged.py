"""The measurement of the ways to distil, with invented students: what is trained, chosen, judged and written."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from benchmarks import converged, converged_cells, converged_page
from benchmarks.converged_cells import CONTROL, GRIDS, JUDGED_SEEDS, REGIMES, Cell, Measured
from simulator.catalog.datasets import DATASETS
from simulator.catalog.methods import METHODS
from simulator.config.run import make_config

CONDITIONS = {
    "day": "2026-11-28", "threads": 1, "cores": 2, "torch": "2.14", "teacher": "t", "teacher_test": 0.99,
    "teacher_train": 1.0, "test_examples": 450, "validation_examples": 270,
}  # fmt: skip
WOBBLE = (0.0, 0.004, -0.004, 0.002, -0.002)


def invented(place, gain):
    """A student: the control has 0.9 and each seed its own luck; the last setting of a grid validates best."""
    regime, method, settings, seed, epochs = place
    tried = GRIDS[method].index(settings) if method != CONTROL else 0
    own = gain(method, epochs) + (0.001 * (seed % 2) if method != CONTROL else 0.0)
    test = 0.9 + WOBBLE[seed % 5] + own
    return Cell(regime, method, settings, seed, epochs, test, 0.8 + 0.01 * tried, 1.0, 0.95)


def complete(gain, regimes=tuple(REGIMES)):
    measured = Measured(CONDITIONS, [])
    for place in converged.everything(measured):
        regime, method, settings, seed, epochs = place
        if not measured.of(regime, method, settings, epochs, [seed]):
            measured.cells.append(invented(place, gain))
    return replace(measured, cells=[c for c in measured.cells if c.regime in regimes])


def gain(method, epochs):
    """dkd teaches; rkd loses always, hint only while it had few steps."""
    lasting = {"dkd": 0.03, "rkd": -0.05}.get(method, 0.0)
    return lasting - (0.04 if method == "hint" and epochs in {r.epochs for r in REGIMES.values()} else 0.0)


@pytest.mark.parametrize("method", METHODS)
def test_every_setting_that_is_tried_is_one_that_a_run_can_have(method):
    for settings in GRIDS[method]:
        config = make_config({**converged_cells.MODEL, "method": method, **settings})
        assert {name: getattr(config, name) for name in settings} == settings


def test_every_method_is_measured_and_judged_on_seeds_that_chose_nothing():
    assert set(GRIDS) == set(METHODS)
    assert not set(JUDGED_SEEDS) & set(converged_cells.SEARCH_SEEDS)
    assert max(r.train_examples for r in REGIMES.values()) <= DATASETS["digits"].max_train_examples


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


def test_judgements_are_paired_and_corrected_for_all_methods():
    found = {one.method: one for one in converged_cells.judged(complete(gain), "few")}
    dkd = found["dkd"].test
    # the seeds' luck cancels: 3 points and 0.1 more in two of five seeds
    assert (dkd.mean, dkd.n) == (pytest.approx(0.0304), 5)
    assert not found["dkd"].loses and found["rkd"].loses and found["rkd"].longer.mean == pytest.approx(-0.0496)
    assert found["hint"].loses and found["hint"].longer.mean > -0.001
    # 0 or 0.1 points: t = 0.0004 / (0.000548 / sqrt 5) = 1.63, p = 0.178; of nine, six are as large: 6 x 0.178 > 1
    assert found["kd"].test.p == 1.0


def test_the_page_says_what_was_found_and_what_was_not_measured():
    text = converged_page.page(complete(gain, regimes=("few",)))
    few, plenty = text.split("## Few labels")[1].split("## Plenty of labels")
    assert (
        "160 optimiser steps (40 epochs, batches of 64)" in few
        and "less than a point, which counts as converged here" in few
    )
    assert "Better than no teacher: Decoupled (DKD) (+3.0 (+3.0 to +3.1))." in few
    assert "Worse than no teacher: Distances and angles (RKD)" in few and "Hints (FitNets)" in few
    assert "Why Distances and angles (RKD) loses: not known." in few
    assert "Why Hints (FitNets) loses: it is slower: with half as many steps again it no longer clearly loses" in few
    assert "- `rkd`: alpha 0.1: 80.0 %; alpha 0.5: 81.0 %; alpha 0.9: 82.0 %." in few
    assert "Not measured yet." in plenty
    whole = complete(gain)
    partly = replace(whole, cells=[c for c in whole.cells if c.method != "kd"])
    assert "Not measured yet: Soft targets (Hinton)." in converged_page.page(partly)


def test_a_control_that_still_learns_is_called_that():
    changing = complete(lambda method, epochs: 0.02 if epochs in (60, 12) else 0.0)
    assert converged_page.page(changing).count("so it had not converged") == 2


@pytest.mark.parametrize(("examples", "batch", "steps"), [(200, 64, 4), (1077, 64, 17), (129, 64, 2), (128, 64, 2)])
def test_steps_are_counted_as_they_are_made(examples, batch, steps):
    import torch

    from simulator.engine.datasets.batches import Examples, training_order

    config = make_config({"train_examples": examples, "batch_size": batch})
    pixels = Examples({"pixels": torch.zeros(examples, 1)}, torch.zeros(examples, dtype=torch.long))
    assert converged_page.steps_of(config, 3) == 3 * len(training_order(pixels, batch, 0, 0)) == 3 * steps


def test_students_are_stored_and_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(converged_cells, "FILE", tmp_path / "converged.json")
    assert converged_cells.load() == Measured({}, [])
    measured = complete(gain, regimes=("few",))
    converged_cells.store(measured)
    assert converged_cells.load() == measured
    assert json.loads((tmp_path / "converged.json").read_text())["conditions"] == CONDITIONS
