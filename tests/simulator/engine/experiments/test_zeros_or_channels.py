"""Zeros or channels: equally many parameters stay, and the cells are what they say."""

from __future__ import annotations

import pytest
import torch

from simulator.engine.experiments import zeros_or_channels
from simulator.engine.experiments.bench import zeros_and_rest
from simulator.errors import SimulatorError
from simulator.events import CellFinished, Latency
from tests.simulator.engine.experiments.tiny import SMALL, bench, cells, prepared


@pytest.mark.parametrize("removed", [0.3, 0.5, 0.8])
def test_exactly_as_many_single_weights_stay_as_parameters_without_the_channels(setup, removed):
    at_work = bench(setup, "zeros_or_channels")
    config = at_work.settings()
    student = at_work.new_student(config)
    smaller, _ = at_work.prune(at_work.settings(pruning="structured", target_sparsity=removed), student)
    left = zeros_and_rest(smaller)[1]
    sparse, masks = zeros_or_channels.pruned_to(at_work, config, student, left)
    assert zeros_and_rest(sparse)[1] == left < sum(p.numel() for p in student.parameters())
    assert sum(p.numel() for p in sparse.parameters()) == sum(p.numel() for p in student.parameters())
    dropped = torch.cat([student.get_parameter(n).detach()[~m] for n, m in masks.items()]).abs()
    kept = torch.cat([student.get_parameter(n).detach()[m] for n, m in masks.items()]).abs()
    assert dropped.max() <= kept.min()  # the smallest went, over all layers


def test_fewer_than_what_cannot_go_is_refused(setup):
    at_work = bench(setup, "zeros_or_channels")
    student = at_work.new_student(at_work.settings())
    with pytest.raises(SimulatorError, match="lower values of parts_removed"):
        zeros_or_channels.pruned_to(at_work, at_work.settings(), student, 100)


def test_zeros_and_channels_are_measured_at_equal_numbers(setup):
    axes = {"parts_removed": (0.5,)}
    found = {
        c.at["student"]: c.values
        for c in cells(zeros_or_channels.cells(bench(setup, "zeros_or_channels", axes, recovery_epochs=1)))
    }
    whole, zeros, channels = (found[name] for name in ("unpruned", "zeros", "channels"))
    assert zeros["nonzero"] == pytest.approx(channels["nonzero"], rel=0.01)  # biases that start at 0 learn
    assert channels["parameters"] < zeros["parameters"] == whole["parameters"]
    assert channels["macs"] < zeros["macs"] == whole["macs"]
    assert channels["size_bytes"] < zeros["size_bytes"] == whole["size_bytes"]
    assert zeros["sparse_bytes"] < 0.5 * zeros["size_bytes"]
    assert zeros["gzip_bytes"] < 0.7 * whole["gzip_bytes"]
    assert zeros["zeros"] > 0.5 and channels["zeros"] == whole["zeros"] == 0
    assert all(v["latency_1"] > 0 and v["latency_32"] > 0 for v in found.values())


def test_what_others_used_is_left_out_where_it_is_not_known():
    unknown = Latency(median=2, p25=1, p75=3, p95=4, runs=6, threads=1)
    known = unknown.model_copy(update={"others_cpu": 0.2})
    assert zeros_or_channels.others_cpu(unknown, unknown) == {}
    assert zeros_or_channels.others_cpu(unknown, known) == {"others_cpu": 0.2}


@pytest.mark.parametrize(
    ("model", "size"), [("mobilenet_v2", 0.25), pytest.param("distilbert", 1, marks=pytest.mark.slow(minutes=0.5))]
)
def test_other_models_are_cut_to_equal_numbers_too(tmp_path, model, size):
    other = prepared(tmp_path, {**SMALL, "model": model, "student_size": size})
    at_work = bench(other, "zeros_or_channels", {"parts_removed": (0.4,)}, recovery_epochs=1)
    found = {c.at["student"]: c.values for c in cells(zeros_or_channels.cells(at_work))}
    assert found["zeros"]["nonzero"] == pytest.approx(found["channels"]["nonzero"], rel=0.01)
    assert found["channels"]["parameters"] < found["unpruned"]["parameters"]
    assert found["channels"]["macs"] < found["zeros"]["macs"]


def test_a_share_that_was_not_measured_whole_is_measured_again():
    def cell(removed, student, seed=0):
        return CellFinished(at={"parts_removed": removed, "student": student}, seed=seed, values={})

    whole = [cell(0.3, name) for name in ("unpruned", "zeros", "channels")]
    torn = [cell(0.5, "unpruned"), cell(0.5, "zeros"), cell(0.3, "unpruned", 1)]
    assert zeros_or_channels.complete([*whole, *torn]) == whole
