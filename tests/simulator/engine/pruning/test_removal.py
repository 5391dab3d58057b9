"""One act of pruning: masks where zeros stay in place, a smaller model where whole parts go, in rounds or at once."""

from __future__ import annotations

import copy

import pytest

from simulator.config.run import make_config
from simulator.engine.pruning.removal import calibrated, mask_rule, note, remove
from simulator.engine.setup import Setup, prepare

SMALL = {"model": "resnet18", "dataset": "digits", "student_size": 0.25, "train_examples": 64, "weights": "scratch"}


def setup_of(**settings: object) -> Setup:
    return prepare(make_config(SMALL | settings))


def student_of(setup: Setup):
    return setup.module.build_student(setup.module.build_teacher(10, setup.weights, 0), 0.25, 0)


def test_masks_leave_zeros_in_place_and_later_rounds_keep_them() -> None:
    setup = setup_of(target_sparsity=0.8)
    student = student_of(setup)
    size = sum(p.numel() for p in student.parameters())
    first = remove(setup, student, calibrated(setup, setup.train.first(64)), {}, (1, 2))
    half_way = {name: student.get_parameter(name).detach() == 0 for name in first}
    second = remove(setup, student, calibrated(setup, setup.train.first(64)), first, (2, 2))
    assert sum(p.numel() for p in student.parameters()) == size
    for name, mask in second.items():
        zeros = student.get_parameter(name).detach() == 0
        assert (zeros[~mask]).all() and (zeros[half_way[name]]).all()
    kept = sum(int(mask.sum()) for mask in second.values()) / sum(mask.numel() for mask in second.values())
    assert kept == pytest.approx(0.2, abs=1e-3)
    assert sum(int(mask.sum()) for mask in first.values()) > sum(int(mask.sum()) for mask in second.values())


def test_channels_go_for_good_and_rounds_end_where_one_shot_does() -> None:
    setup = setup_of(pruning="structured", scope="layer_wise", target_sparsity=0.5)
    whole = student_of(setup)
    at_once, in_rounds = copy.deepcopy(whole), copy.deepcopy(whole)
    assert remove(setup, at_once, calibrated(setup, setup.train), {}) == {}
    for number in (1, 2):
        remove(setup, in_rounds, calibrated(setup, setup.train), {}, (number, 2), whole)
    sizes = [sum(p.numel() for p in model.parameters()) for model in (whole, at_once, in_rounds)]
    assert sizes[1] == sizes[2] < 0.4 * sizes[0]


def test_the_layers_that_two_of_four_leaves_dense_are_named() -> None:
    setup = setup_of(pruning="2:4")
    student = student_of(setup)
    dense = [name for name, p in mask_rule(setup).parameters(student).items() if p[0].numel() % 4]
    assert dense == ["conv1.weight"]  # 3 x 7 x 7 inputs
    assert note(setup, student).endswith(
        "left dense, because their number of inputs is not a multiple of four: conv1.weight"
    )
    assert note(setup_of(), student) == "Removing the least important"
