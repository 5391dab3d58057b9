from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.catalog.models import MODELS
from simulator.config.run import make_config
from simulator.host.machine import MB
from simulator.runs.forecast.workload import macs_of_example, memory_mb, passes, work


def test_relations_between_examples_take_memory_with_the_square_of_the_batch() -> None:
    def more_than_hinton(batch_size: int) -> float:
        config = make_config({"model": "mobilenet_v2", "batch_size": batch_size})
        related = config.model_copy(update={"method": "rkd"})
        return memory_mb(related, None) - memory_mb(config, None)

    assert more_than_hinton(128) == pytest.approx(582, rel=0.15)  # what was measured
    assert more_than_hinton(256) == pytest.approx(4 * more_than_hinton(128))


@pytest.mark.parametrize(("model", "of_teacher", "of_run"), [("distilbert", 1731, 1731), ("t5_small", 1793, 2058)])
def test_a_text_run_is_expected_to_need_what_was_measured_and_fits_a_small_host(
    model: str, of_teacher: float, of_run: float
) -> None:
    """A small host has 2.7 GB; its server takes 96 MiB with one page open."""
    recipe = MODELS[model].teacher_scratch
    assert of_run < memory_mb(make_config({"model": model, "weights": "scratch"}), recipe) < 2.7e9 / MB - 200
    smallest = make_config({"model": model, "student_size": MODELS[model].student.values[0]})
    assert memory_mb(smallest, recipe) > of_teacher


@pytest.mark.parametrize("model", ["mobilenet_v2", "resnet18"])
def test_a_teacher_is_trained_with_its_own_batch(model: str) -> None:
    """A student's batch changes nothing about it."""
    smallest = make_config({"model": model, "batch_size": 4, "student_size": 0.25, "image_size": 64})
    recipe = MODELS[model].teacher_scratch
    trained = memory_mb(smallest, recipe)
    assert memory_mb(smallest.model_copy(update={"batch_size": 8}), recipe) == trained
    a_batch_more = memory_mb(smallest, replace(recipe, batch_size=2 * recipe.batch_size)) - trained
    assert a_batch_more == pytest.approx(
        recipe.batch_size * 64**2 * MODELS[model].size.activation_bytes_per_unit / 2**20
    )


def test_work_by_hand() -> None:
    """ResNet-18 has 1.814 G MACs at 224 x 224, so 1.814 G / 49 at 32 x 32; a student of width 1 has 0.49 of them."""
    config = make_config({"student_size": 1.0, "train_examples": 100, "epochs": 2})
    one = 1.814e9 / 49
    assert macs_of_example(config) == pytest.approx(one)
    # 200 forward and backward passes at three forward passes each; 270 validation examples before and after each epoch
    assert work("control", 200, config) == pytest.approx(0.49 * one * (200 * 3 + 3 * 270))
    assert work("teacher", 1077, config) == pytest.approx(one * (1077 * 3 + 2 * 270))
    assert work("measure", 0, config) == work("teacher", 0, config) == 0
    assert passes("distil", config.model_copy(update={"method": "hint"})) == pytest.approx(0.49 * 3 + 1)
