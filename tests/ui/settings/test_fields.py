from __future__ import annotations

import pytest

from simulator.catalog.datasets import DATASETS
from simulator.catalog.models import MODELS
from simulator.catalog.pruning import PRUNING
from simulator.config.run import RunConfig, make_config
from simulator.config.settings import SETTINGS
from simulator.errors import InvalidConfig
from ui.settings import controls, fields, fitting


def test_every_field_has_a_control_with_its_label_and_help():
    controls = fields.all_controls()
    assert list(controls) == list(RunConfig.model_fields)
    for control in controls.values():
        assert control.setting.help.endswith(".")
        assert control.setting.title


@pytest.mark.parametrize(
    ("name", "shape", "low", "high"),
    [
        ("temperature", "slider", 1, 20),
        ("alpha", "slider", 0, 1),
        ("beta", "slider", 0, 16),
        ("target_sparsity", "slider", 0, 0.95),
        ("epochs", "slider", 1, 20),
        ("train_examples", "slider", 64, 60_000),
        ("learning_rate", "log", 1e-6, 0.1),
        ("seed", "integer", 0, 2**31 - 1),
        ("student_size", "sizes", None, None),
        ("pruning", "choice", None, None),
        ("recovery_with_teacher", "flag", None, None),
        ("also_prune", "several", None, None),
        ("layer_sparsity", "text", None, None),
        ("rounds", "slider", 2, 10),
    ],
)
def test_shape_and_bounds_come_from_the_field(name, shape, low, high):
    control = fields.all_controls()[name]
    assert (control.shape, control.setting.low, control.setting.high) == (shape, low, high)


@pytest.mark.parametrize("model", MODELS)
def test_the_defaults_of_every_model_are_among_the_choices(model):
    config = fitting.defaults(model)
    for name, control in fields.all_controls().items():
        if control.shape in ("choice", "sizes", "log"):
            assert getattr(config, name) in fields.choices(name, config)


def test_the_choices_of_a_control_differ_in_what_is_shown():
    for model in MODELS:
        config = fitting.defaults(model)
        for name in fields.all_controls():
            shown = [fields.shown(name, value) for value in fields.choices(name, config)]
            assert len(set(shown)) == len(shown)


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


def test_settings_are_written_with_their_units():
    config = make_config({"model": "distilbert", "target_sparsity": 0.5})
    assert fields.written("student_size", config) == "3 layers"
    assert fields.written("train_examples", config) == "1,620"
    assert fields.written("target_sparsity", config) == "50 %"
    assert fields.written("layer_sparsity", config) == "none"
    assert fields.written("temperature", config) == "4"


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


def test_decades():
    assert fields.decades(0.001, 0.1) == (0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1)


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


EVERY_PATTERN = [(m, p) for m in MODELS for p in PRUNING]


@pytest.mark.parametrize(("model", "pruning"), EVERY_PATTERN)
@pytest.mark.parametrize("recovery_epochs", [0, 2])
def test_every_choice_that_is_offered_can_be_made_and_every_other_is_refused(model, pruning, recovery_epochs):
    given = {"model": model, "pruning": pruning, "recovery_epochs": recovery_epochs}
    config = make_config(given)
    for name in ("importance", "scope", "schedule"):
        offered = fields.choices(name, config)
        for value in SETTINGS[name].choices:
            if value in offered:
                assert getattr(make_config({**given, name: value}), name) == value
            else:
                with pytest.raises(InvalidConfig, match="hoose"):
                    make_config({**given, name: value})


def test_a_change_of_pattern_takes_back_what_does_not_go_with_it():
    before = make_config({"scope": "by_hand", "layer_sparsity": "conv1.weight=0.5", "schedule": "cubic"})
    config, notes = fitting.fit({**before.model_dump(), "pruning": "structured"}, before)
    assert (config.scope, config.layer_sparsity, config.schedule) == ("global", "", "one_shot")
    assert len(notes) == 3


def test_what_has_no_say_is_not_shown_or_says_why():
    config = make_config({"scope": "by_hand"})
    assert SETTINGS["layer_sparsity"].applies(config) and not SETTINGS["rounds"].applies(config)
    assert "own share" in SETTINGS["target_sparsity"].why_fixed(config)
    assert SETTINGS["target_sparsity"].why_fixed(make_config({})) == ""
    assert fields.asked_sparsity(config) == "by hand"
    assert fields.asked_sparsity(make_config({"target_sparsity": 0.8})) == "80 %"


def test_alpha_follows_the_method_and_a_method_that_does_not_fit_is_not_offered():
    before = fitting.defaults("distilbert", "reviews_sentiment")
    assert "dkd" not in fields.choices("method", before)
    assert "dkd" in fields.choices("method", fitting.defaults("distilbert"))
    config, _ = fitting.fit({**dict(before), "method": "label_smoothing"}, before)
    assert config.alpha == 0.1
    kept, _ = fitting.fit({**dict(before), "alpha": 0.3, "method": "label_smoothing"}, before)
    assert kept.alpha == 0.3


def test_a_method_without_temperature_says_why_the_slider_rests():
    assert "temperature" in SETTINGS["temperature"].why_fixed(fitting.defaults("resnet18", None, "rkd"))
    assert not SETTINGS["temperature"].why_fixed(fitting.defaults("resnet18"))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"model": "distilbert", "dataset": "docstrings", "student_size": 2, "method": "dist"},
        {"scope": "by_hand", "layer_sparsity": "conv1.weight=0.5, fc.weight=0.9", "repeats": 3},
        {"recovery_with_teacher": False, "also_prune": ("norms", "biases"), "learning_rate": 0.002, "image_size": 64},
    ],
)
def test_a_link_to_the_lab_asks_for_the_settings_that_it_was_made_of(changes):
    config = make_config(changes)
    link = {name: [value] if isinstance(value, str) else value for name, value in controls.in_link(config).items()}
    asked, notes = fitting.from_link(link)
    assert (fitting.fit(asked, None)[0], notes) == (config, [])


def test_own_data_that_is_gone_is_said_to_be_gone() -> None:
    config, notes = fitting.fit({"model": "resnet18", "dataset": "own-deadbeef"}, None)
    assert config.dataset == "digits"
    assert notes == ["Data own-deadbeef is not on this server, perhaps deleted: Handwritten digits is used."]
