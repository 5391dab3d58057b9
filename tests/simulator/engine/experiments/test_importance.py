"""Does importance matter: only what is chosen differs."""

from __future__ import annotations

import copy

import torch
from torch import nn

from simulator.engine.experiments import importance
from tests.simulator.engine.experiments.tiny import bench, cells


def test_importances_differ_in_nothing_but_the_weights_they_choose(setup):
    axes = {"target_sparsity": (0.9,), "importance": ("magnitude", "random")}
    one, other = cells(importance.cells(bench(setup, "importance", axes, recovery_epochs=1)))
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
