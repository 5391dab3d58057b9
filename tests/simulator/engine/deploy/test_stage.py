"""The last stage of a run: each variant is measured on the same data, and the last is left behind, sealed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from simulator.engine.datasets.batches import Batch
from simulator.engine.deploy.stage import measurement, time_variants
from simulator.engine.measure.compute import count_macs
from simulator.events import Measured, Measurement, Progress
from simulator.runs.kept.seals import broken_seal
from simulator.teaching import lesson
from tests import exported
from tests.simulator.engine.deploy.conftest import Untrained

PEAKS = {"teacher": 100.0, "distilled": 200.0, "pruned": 300.0}


def carried_out(untrained: Untrained, export_to: Path | None, variants_to: Path | None) -> list[Measurement]:
    events = list(measurement(untrained.setup, untrained.variants, PEAKS, export_to, variants_to, repeat=1))
    progress = [event for event in events if isinstance(event, Progress)]
    assert [(event.done, event.total) for event in progress] == [(done, 6) for done in range(7)]
    return [event.measurement for event in events if isinstance(event, Measured)]


def test_what_is_measured_is_what_was_exported(untrained: Untrained, tmp_path: Path) -> None:
    found = carried_out(untrained, tmp_path / "last", tmp_path / "every")
    assert [m.name for m in found] == ["teacher", "distilled", "pruned"]
    test = untrained.setup.test
    for m in found:
        folder = tmp_path / "every" / m.name
        model = exported.load(folder)
        with torch.no_grad():
            right = int((model(test.inputs["pixels"]).argmax(1) == test.labels).sum())
        assert m.accuracy == right / len(test)
        assert m.size_bytes == (folder / "model.safetensors").stat().st_size
        assert set(m.latency_ms) == {"batch_1", "batch_32"}
        assert (m.stage_peak_memory_mb, m.repeat) == (PEAKS[m.name], 1)
    assert found[2].nonzero_parameters < found[1].nonzero_parameters


def test_the_last_variant_is_left_with_a_lesson_under_a_seal(untrained: Untrained, tmp_path: Path) -> None:
    carried_out(untrained, tmp_path / "last", None)
    assert [folder.name for folder in tmp_path.iterdir() if folder.name != "data"] == ["last"]
    last = tmp_path / "last"
    assert broken_seal(last) == ""
    facts = lesson.read((last / lesson.FACTS_FILE).read_bytes(), (last / lesson.NUMBERS_FILE).read_bytes()).facts
    assert set(facts.right) == {"teacher", "distilled", "pruned"}
    weights = exported.load(last).state_dict()
    assert all(torch.equal(weights[name], value) for name, value in untrained.variants["pruned"].state_dict().items())


def test_nothing_is_left_where_nobody_asks_for_it(untrained: Untrained, tmp_path: Path) -> None:
    assert len(carried_out(untrained, None, None)) == 3
    assert [folder.name for folder in tmp_path.iterdir()] == ["data"]


def test_macs_and_latency_are_those_of_the_exported_call(untrained: Untrained) -> None:
    """Here that call asks the model twice; the short way of training asks it once."""
    setup, asked = untrained.setup, list[int]()

    def exported_call(model: nn.Module, batch: Batch) -> Tensor:
        asked.append(len(batch["pixels"]))
        return setup.module.logits(model, batch) + setup.module.logits(model, batch)

    twice = Untrained(replace(setup, module=replace(setup.module, exported_call=exported_call)), untrained.variants)
    for size in (1, 32):
        time_variants(twice.setup, twice.variants, size)
    assert set(asked) == {1, 32}
    one = setup.test.rows(torch.arange(1))
    for m in carried_out(twice, None, None):
        assert m.macs == 2 * count_macs(twice.variants[m.name], setup.module.logits, one)


@pytest.mark.parametrize("size", [1, 32])
def test_every_variant_is_timed_on_a_batch_of_that_size(untrained: Untrained, size: int) -> None:
    seen = []
    untrained.variants["distilled"].register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    timed = time_variants(untrained.setup, untrained.variants, size)
    assert list(timed) == list(untrained.variants)
    assert set(seen) == {size}
    assert all(latency.median > 0 for latency in timed.values())
