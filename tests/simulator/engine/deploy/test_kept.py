"""What was measured of a model comes back as it was, with where it was measured; and only if it is whole."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from simulator.engine.deploy import kept
from simulator.engine.deploy.stage import examined_and_exported
from simulator.engine.measure.variant import Examined
from simulator.engine.setup import Setup
from simulator.runs.kept.stages import Keeping
from tests.simulator.engine.deploy.conftest import Untrained


def of_run(untrained: Untrained, run: str, anew: bool = False) -> Setup:
    return dataclasses.replace(untrained.setup, keeping=Keeping(run, anew))


def examined(untrained: Untrained, setup: Setup) -> Examined:
    return examined_and_exported(setup, "distilled", untrained.variants["distilled"], [])


def test_a_measurement_comes_back_as_it_was_with_where_it_was_made(untrained: Untrained) -> None:
    first = of_run(untrained, "first")
    made = examined(untrained, first)
    assert made.measurement.kept is None
    found = kept.find(of_run(untrained, "again"), "distilled")
    assert found is not None and found.measurement.kept is not None
    assert found.measurement.kept.run == "first"
    assert found.measurement.model_copy(update={"kept": None}) == made.measurement
    assert torch.equal(found.answers, made.answers) and found.layers == made.layers
    assert sum(layer.macs for layer in found.layers) == found.measurement.macs
    assert kept.find(first, "control") is None


def test_anew_finds_nothing_and_takes_the_place_of_what_was_kept(untrained: Untrained) -> None:
    examined(untrained, of_run(untrained, "first"))
    anew = of_run(untrained, "anew", anew=True)
    assert kept.find(anew, "distilled") is None
    examined(untrained, anew)
    found = kept.find(of_run(untrained, "last"), "distilled")
    assert found is not None and found.measurement.kept is not None and found.measurement.kept.run == "anew"


def test_a_run_that_keeps_nothing_neither_keeps_nor_finds_a_measurement(untrained: Untrained) -> None:
    examined(untrained, untrained.setup)
    assert kept.find(of_run(untrained, "again"), "distilled") is None
    examined(untrained, of_run(untrained, "again"))
    assert kept.find(untrained.setup, "distilled") is None


@pytest.mark.parametrize("name", [kept.RECORD_FILE, kept.ANSWERS_FILE])
def test_a_damaged_measurement_is_not_found_and_is_logged(
    untrained: Untrained, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    setup = of_run(untrained, "first")
    examined(untrained, setup)
    folder, _ = kept.place(setup, "distilled")
    (folder / name).write_bytes(b"{}")
    assert kept.find(setup, "distilled") is None
    assert not folder.exists()
    assert "damaged" in caplog.text and name in caplog.text
