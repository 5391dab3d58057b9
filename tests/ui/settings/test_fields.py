from __future__ import annotations

import pytest

from simulator.catalog.models import MODELS
from simulator.catalog.pruning import PRUNING
from simulator.config.run import RunConfig, make_config
from simulator.config.settings import SETTINGS
from simulator.errors import InvalidConfig
from ui.settings import fields, fitting


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


def test_settings_are_written_with_their_units():
    config = make_config({"model": "distilbert", "target_sparsity": 0.5})
    assert fields.written("student_size", config) == "3 layers"
    assert fields.written("train_examples", config) == "1,620"
    assert fields.written("target_sparsity", config) == "50 %"
    assert fields.written("layer_sparsity", config) == "none"
    assert fields.written("temperature", config) == "4"


def test_decades():
    assert fields.decades(0.001, 0.1) == (0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1)


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


@pytest.mark.parametrize(("labels", "offered"), [(None, (20, 30, 50, 100, 150)), (47, (20, 30, 47, 50, 100, 150))])
def test_labels_are_offered_in_steps_up_to_all_and_beside_them_what_was_asked_for(labels, offered):
    config = make_config({"train_examples": 150, "labels": labels})
    assert fields.choices("labels", config) == offered
    assert fields.written("labels", config) == ("all" if labels is None else "47")
