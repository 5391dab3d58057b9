"""The plain loop and ours, on few digits: equal batches, equal students, and what is computed from their times."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from benchmarks import throughput
from benchmarks.throughput import Result
from simulator.config.run import make_config
from simulator.engine.datasets.batches import Examples, training_order
from simulator.engine.measure.compute import count_macs
from simulator.engine.setup import Setup, prepare

SETTINGS = {
    "model": "resnet18",
    "dataset": "digits",
    "weights": "scratch",
    "student_size": 0.25,
    "epochs": 2,
    "train_examples": 64,
}


@pytest.fixture
def setup(few_digits: object) -> Setup:
    return prepare(make_config(SETTINGS))


def test_both_loops_train_the_same_student(setup: Setup) -> None:
    module, config = setup.module, setup.config
    teacher = module.build_teacher(10, setup.weights, 0).eval()
    initial = module.build_student(teacher, config.student_size, 0)
    with torch.no_grad():
        logits = module.logits(teacher, setup.train.inputs)
    before = {name: values.clone() for name, values in initial.state_dict().items()}
    ours, ours_s = throughput.ours(setup, initial, logits)
    plain, plain_s = throughput.plain(setup, initial, teacher)
    assert ours_s > 0 and plain_s > 0
    for name, values in initial.named_parameters():
        assert torch.equal(values, before[name])  # each trained a copy
    ours_weights, plain_weights = (
        torch.cat([p.detach().flatten() for p in model.parameters()]) for model in (ours, plain)
    )
    first = torch.cat([p.detach().flatten() for p in initial.parameters()])
    # equal batches, losses and learning rates: they end close to each other, and far from where they began
    assert (ours_weights - plain_weights).norm() < 0.05 * (ours_weights - first).norm()


def test_texts_are_not_sorted_by_length_in_the_plain_loop() -> None:
    lengths = torch.arange(1, 65)
    mask = (torch.arange(64) < lengths[:, None]).long()
    texts = Examples({"input_ids": mask.clone(), "attention_mask": mask}, torch.zeros(64, dtype=torch.long))
    pixels = Examples({"pixels": torch.zeros(64, 1)}, texts.labels)
    batches = throughput.random_batches(texts, 16, seed=3, epoch=1)
    assert torch.cat(batches).sort().values.tolist() == list(range(64))
    assert all(torch.equal(*pair) for pair in zip(batches, training_order(pixels, 16, 3, 1), strict=True))
    spreads = [int(lengths[rows].max() - lengths[rows].min()) for rows in batches]
    assert min(spreads) > max(15 for _ in training_order(texts, 16, 3, 1))  # sorted, a batch spans 16 lengths


def test_learning_rates_follow_each_tensors_scale_where_the_model_asks_for_it(setup: Setup) -> None:
    network = nn.Linear(2, 1)
    nn.init.constant_(network.weight, 3.0)
    nn.init.zeros_(network.bias)
    (group,) = throughput.parameter_groups(setup, network, setup.config)
    assert group["lr"] == setup.config.learning_rate
    relative = replace(setup, model=replace(setup.model, relative_steps=True))
    rates = [group["lr"] for group in throughput.parameter_groups(relative, network, setup.config)]
    assert rates == pytest.approx([3.0 * setup.config.learning_rate, 1e-3 * setup.config.learning_rate])


def test_flops_are_those_of_a_forward_and_a_backward_pass(setup: Setup) -> None:
    student = setup.module.build_student(setup.module.build_teacher(10, setup.weights, 0), 0.25, 0)
    one = count_macs(student, setup.module.logits, setup.train.rows(torch.tensor([0])))
    assert throughput.flops_per_example(setup, student) == 6 * one
    assert throughput.peak_flops(setup, size=64, seconds=0.01) > 1e6


def test_a_quick_comparison_has_ratios_and_no_accuracies(few_digits: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput, "QUICK", {"image": {"epochs": 1, "train_examples": 64}})
    monkeypatch.setattr(throughput, "peak_flops", lambda setup: 1e9)
    result = throughput.compare_quickly("resnet18")
    assert result.ratio == pytest.approx(result.ours_per_s / result.plain_per_s)
    assert (result.ours_accuracy, result.plain_accuracy) == (None, None) and result.fraction_of_peak > 0


def test_rates_follow_from_the_examples_seen_and_the_seconds(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput, "flops_per_example", lambda setup, student: 3e6)
    monkeypatch.setattr(throughput, "peak_flops", lambda setup: 1e9)
    result = throughput.figures(setup, nn.Linear(1, 1), 4.0, 16.0, (0.9, 0.8))
    # two epochs of 64 examples
    assert result == Result(32.0, 8.0, 4.0, 0.9, 0.8, fraction_of_peak=pytest.approx(0.096))


def test_the_table_names_every_model() -> None:
    result = Result(1234.4, 500.0, 2.468, 0.98, None, 0.123)
    columns = [list(column.cells) for column in throughput.as_table({"resnet18": result}).columns]
    assert columns == [["resnet18"], ["1,234"], ["500"], ["2.47"], ["0.980"], [""], ["12.3%"]]
