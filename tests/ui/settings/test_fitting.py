"""Settings from a link or from the controls are made to fit together, and what could not be kept is said."""

from __future__ import annotations

import pytest

from simulator.catalog.datasets import DATASETS
from simulator.catalog.models import MODELS
from simulator.config.run import make_config
from ui.settings import fields, fitting


def test_fit_keeps_what_fits():
    config, notes = fitting.fit({"model": "resnet18", "temperature": 8.0, "seed": 3}, None)
    assert config == make_config({"model": "resnet18", "temperature": 8.0, "seed": 3})
    assert notes == []


def test_switching_the_model_keeps_what_fits_and_takes_the_new_defaults_along():
    before = make_config({"model": "resnet18", "temperature": 8.0, "batch_size": 16})
    config, _ = fitting.fit({**before.model_dump(), "model": "distilbert"}, before)
    assert config.temperature == 8.0
    assert config.batch_size == 16  # chosen by the student, and it fits
    recipe = MODELS["distilbert"].student_recipe
    assert (config.learning_rate, config.epochs) == (recipe.learning_rate, recipe.epochs)  # stood at the old defaults
    assert config.dataset == "reviews_topic"
    assert config.student_size == 3


def test_switching_between_models_of_a_kind_keeps_the_data():
    before = make_config({"model": "distilbert", "dataset": "docstrings"})
    config, _ = fitting.fit({**before.model_dump(), "model": "t5_small"}, before)
    assert config.dataset == "docstrings"


def test_switching_the_data_lowers_the_examples_to_what_there_is():
    before = make_config({"model": "distilbert", "dataset": "docstrings", "train_examples": 2000})
    config, _ = fitting.fit({**before.model_dump(), "dataset": "reviews_topic"}, before)
    assert config.train_examples == DATASETS["reviews_topic"].max_train_examples < 2000


@pytest.mark.parametrize(
    ("asked", "field", "used"),
    [
        ({"model": "gpt"}, "model", "resnet18"),
        ({"temperature": 99.0}, "temperature", 4.0),
        ({"temperature": float("nan")}, "temperature", 4.0),
        ({"alpha": -0.1}, "alpha", 0.7),
        ({"model": "distilbert", "dataset": "digits"}, "dataset", "reviews_topic"),
        ({"model": "distilbert", "student_size": 0.5}, "student_size", 3),
        ({"pruning": "magic"}, "pruning", "unstructured"),
        ({"seed": -1}, "seed", 0),
        ({"learning_rate": 5.0}, "learning_rate", 1e-3),
        ({"learning_rate": float("nan")}, "learning_rate", 1e-3),
        ({"train_examples": 200, "labels": 300}, "labels", 200),
        ({"labels": 5}, "labels", 1077),
    ],
)
def test_what_does_not_fit_is_replaced_and_noted(asked, field, used):
    config, notes = fitting.fit(asked, None)
    assert getattr(config, field) == used
    assert len(notes) == 1
    assert fields.shown(field, used) in notes[0]


def test_a_link_is_read_by_name_and_by_title():
    by_title, notes = fitting.from_link({"model": ["T5-small"], "temperature": ["2.5"], "epochs": ["3"], "run": ["x"]})
    assert (by_title, notes) == ({"model": "t5_small", "temperature": 2.5, "epochs": 3}, [])
    by_name, notes = fitting.from_link({"model": ["t5_small"], "image_size": ["64 px"]})
    assert (by_name, notes) == ({"model": "t5_small", "image_size": 64}, [])


@pytest.mark.parametrize(
    "config",
    [fitting.defaults(m) for m in MODELS]
    + [
        make_config({"also_prune": ("norms",)}),
        make_config({"scope": "by_hand", "layer_sparsity": "conv1.weight=0.5, fc.weight=0.9"}),
        make_config({"pruning": "2:4", "importance": "wanda", "schedule": "lottery_random"}),
    ],
)
def test_what_a_control_shows_is_read_back_from_a_link(config):
    parameters = {}
    for name, value in config:
        control = fields.all_controls()[name]
        if control.shape == "flag":
            parameters[name] = [str(value).lower()]
        else:
            parameters[name] = list(value) if isinstance(value, tuple) else [fields.shown(name, value)]
    values, notes = fitting.from_link(parameters)
    assert notes == []
    assert make_config(values) == config


@pytest.mark.parametrize(("name", "text"), [("temperature", "warm"), ("recovery_with_teacher", "2"), ("seed", "")])
def test_what_cannot_be_read_in_a_link_is_noted(name, text):
    values, notes = fitting.from_link({name: [text]})
    assert values == {}
    assert len(notes) == 1
    assert name in notes[0]


@pytest.mark.parametrize(("asked", "used"), [(0.00012, 1e-4), (0.0028, 3e-3), (0.1, 0.1), (1e-6, 1e-6)])
def test_a_learning_rate_between_two_stops_takes_the_nearer_one(asked, used):
    config, notes = fitting.fit({"learning_rate": asked}, None)
    assert (config.learning_rate, notes) == (used, [])


def test_the_default_of_model_and_data_does_not_follow_what_is_chosen():
    config = make_config({"model": "distilbert", "dataset": "docstrings", "learning_rate": 0.01})
    assert fitting.default_of("model", config) == "resnet18"
    assert fitting.default_of("dataset", config) == "reviews_topic"
    assert fitting.default_of("learning_rate", config) == MODELS["distilbert"].student_recipe.learning_rate


def test_what_applies_to_single_weights_only_is_dropped_with_a_note_for_structured_pruning():
    config, notes = fitting.fit({"pruning": "structured", "also_prune": ("norms",)}, None)
    assert config.pruning == "structured"
    assert config.also_prune == ()
    assert len(notes) == 1


def test_a_change_of_pattern_takes_back_what_does_not_go_with_it():
    before = make_config({"scope": "by_hand", "layer_sparsity": "conv1.weight=0.5", "schedule": "cubic"})
    config, notes = fitting.fit({**before.model_dump(), "pruning": "structured"}, before)
    assert (config.scope, config.layer_sparsity, config.schedule) == ("global", "", "one_shot")
    assert len(notes) == 3


def test_own_data_that_is_gone_is_said_to_be_gone() -> None:
    config, notes = fitting.fit({"model": "resnet18", "dataset": "own-deadbeef"}, None)
    assert config.dataset == "digits"
    assert notes == ["Data own-deadbeef is not on this server, perhaps deleted: Handwritten digits is used."]


@pytest.mark.parametrize("examples", [100, 300])
def test_all_labels_stay_all_and_few_stay_as_many_as_they_are(examples):
    for labels, kept in ((200, examples), (50, 50)):
        before = make_config({"train_examples": 200, "labels": labels})
        config, notes = fitting.fit({**before.model_dump(), "train_examples": examples}, before)
        assert (config.labels, notes) == (kept, [])
    other, _ = fitting.fit({**make_config({}).model_dump(), "model": "distilbert"}, make_config({}))
    assert other.has_all_labels and other == make_config({"model": "distilbert"})


def test_a_link_names_the_labels_only_where_some_are_hidden():
    assert fitting.default_of("labels", make_config({"train_examples": 300})) == 300
    linked, notes = fitting.from_link({"train_examples": ["300"], "labels": ["50"]})
    assert (linked, notes) == ({"train_examples": 300, "labels": 50}, [])
