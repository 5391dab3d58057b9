"""What the page says about the ways to distil, and about how the students were trained."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from benchmarks import converged_page
from simulator.config.run import make_config
from simulator.engine.datasets.batches import Examples, training_order
from tests.benchmarks.invented import complete, gain


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
    config = make_config({"train_examples": examples, "batch_size": batch})
    pixels = Examples({"pixels": torch.zeros(examples, 1)}, torch.zeros(examples, dtype=torch.long))
    assert converged_page.steps_of(config, 3) == 3 * len(training_order(pixels, batch, 0, 0)) == 3 * steps
