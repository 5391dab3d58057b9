"""How many examples a sweep over sparsities asks for, and what decides it."""

from __future__ import annotations

import pytest

from simulator.catalog.models import MODELS
from simulator.config.run import make_config
from simulator.runs.kept import folders, stages, sweeps

CONFIG = make_config({"model": "resnet18"})
TEACHER = "resnet18-digits-0123456789ab"


@pytest.mark.parametrize(
    "changes", [{}, {"epochs": 20}, {"train_examples": 64, "epochs": 1}, {"model": "distilbert"}], ids=str
)
def test_its_answers_are_a_small_share_of_the_examples_that_students_train_on(changes: dict[str, object]) -> None:
    config = make_config(changes)
    answered = sweeps.examples_answered(config)
    assert sweeps.FEWEST <= answered <= sweeps.MOST
    most = sweeps.SHARE[MODELS[config.model].kind] * 2 * config.train_examples * config.epochs
    assert answered == sweeps.FEWEST or answered * len(sweeps.SPARSITIES) <= most


def test_it_is_found_whatever_the_sparsity_and_the_recovery_but_not_for_another_pruning() -> None:
    assert not sweeps.found(CONFIG, TEACHER)
    inputs = sweeps.made_from(CONFIG, TEACHER)
    assert folders.keep(stages.folder(inputs, CONFIG), {"sweep.json": b"{}"}, inputs)
    for same in ({"target_sparsity": 0.9}, {"recovery_epochs": 7}, {"schedule": "cubic"}):
        assert sweeps.found(CONFIG.model_copy(update=same), TEACHER)
    for other in ({"importance": "random"}, {"scope": "layer_wise"}, {"temperature": 9.0}, {"seed": 5}, {"epochs": 6}):
        assert not sweeps.found(CONFIG.model_copy(update=other), TEACHER)
    assert not sweeps.found(CONFIG, "another teacher")


def test_there_is_none_where_the_sparsity_is_decided_otherwise() -> None:
    assert sweeps.has_sweep(CONFIG)
    assert not any(sweeps.has_sweep(make_config(fixed)) for fixed in ({"pruning": "2:4"}, {"scope": "by_hand"}))
