"""Zeros or channels, one shot or step by step, importance: that their cells are what they say, on a tiny ResNet."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from simulator.engine.experiments import importance, step_by_step, zeros_or_channels
from simulator.engine.experiments.bench import Bench, zeros_and_rest
from simulator.engine.setup import prepare
from simulator.errors import SimulatorError
from simulator.events import CellFinished, Latency
from simulator.experiments import make_experiment

SMALL = {"student_size": 0.25, "train_examples": 96, "epochs": 1, "recovery_epochs": 3, "weights": "scratch"}


@pytest.fixture(scope="module")
def setup(tmp_path_factory):
    """Data and tensors once."""
    return prepared(tmp_path_factory.mktemp("data"), SMALL)


def prepared(folder, settings):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KDPS_DATA_DIR", str(folder))
        return prepare(make_experiment("importance", settings).base)


def bench(setup, name, axes=None, **changes):
    """No teacher is trained: an untrained one says something too."""
    own = {"model": setup.config.model, "student_size": setup.config.student_size}
    config = make_experiment(name, {**SMALL, **own, **changes}, axes, 1)
    classes = len(setup.dataset.class_names)
    teacher = setup.module.build_teacher(classes, setup.weights, 0).eval().requires_grad_(False)
    logits = 3 * torch.randn(len(setup.train), classes, generator=torch.Generator().manual_seed(0))
    return Bench(config, setup, teacher, logits)


def measured(events):
    return [event for event in events if isinstance(event, CellFinished)]


# -- one shot or step by step


def test_every_schedule_takes_as_many_steps_and_ends_as_sparse(setup):
    axes = {"target_sparsity": (0.9,)}
    found = {c.at["schedule"]: c.values for c in measured(step_by_step.cells(bench(setup, "step_by_step", axes)))}
    assert set(found) == {"one_shot", "iterative", "cubic"}
    assert {v["steps"] for v in found.values()} == {3 * 2}  # 96 examples in batches of 64
    assert len({v["nonzero"] for v in found.values()}) == 1
    assert len({v["pruned"] for v in found.values()}) == len({v["unpruned"] for v in found.values()}) == 1


# -- zeros or channels


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
        for c in measured(zeros_or_channels.cells(bench(setup, "zeros_or_channels", axes, recovery_epochs=1)))
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
    found = {c.at["student"]: c.values for c in measured(zeros_or_channels.cells(at_work))}
    assert found["zeros"]["nonzero"] == pytest.approx(found["channels"]["nonzero"], rel=0.01)
    assert found["channels"]["parameters"] < found["unpruned"]["parameters"]
    assert found["channels"]["macs"] < found["zeros"]["macs"]


def test_a_share_that_was_not_measured_whole_is_measured_again():
    def cell(removed, student, seed=0):
        return CellFinished(at={"parts_removed": removed, "student": student}, seed=seed, values={})

    whole = [cell(0.3, name) for name in ("unpruned", "zeros", "channels")]
    torn = [cell(0.5, "unpruned"), cell(0.5, "zeros"), cell(0.3, "unpruned", 1)]
    assert zeros_or_channels.complete([*whole, *torn]) == whole


# -- importance


def test_importances_differ_in_nothing_but_the_weights_they_choose(setup):
    axes = {"target_sparsity": (0.9,), "importance": ("magnitude", "random")}
    one, other = measured(importance.cells(bench(setup, "importance", axes, recovery_epochs=1)))
    assert (one.at["importance"], other.at["importance"]) == ("magnitude", "random")
    assert one.values["nonzero"] == other.values["nonzero"]
    assert one.values["unpruned"] == other.values["unpruned"]
    assert 0.8 < one.values["zeros"] < 0.9  # norms, biases and the classifier stay


def test_the_distilled_student_is_left_as_it_was(setup, monkeypatch):
    """All cells of a seed start from one student: pruning and recovery must work on copies."""
    at_work = bench(setup, "importance", {"target_sparsity": (0.9,), "importance": ("magnitude", "random")})
    seen: list[nn.Module] = []
    before: list[dict[str, torch.Tensor]] = []
    prune = at_work.prune

    def watching(config, student):
        seen.append(student)
        before.append(copy.deepcopy(student.state_dict()))
        return prune(config, student)

    monkeypatch.setattr(at_work, "prune", watching)
    list(importance.cells(at_work))
    assert seen[0] is seen[1]
    assert all(torch.equal(v, before[1][k]) for k, v in before[0].items())
