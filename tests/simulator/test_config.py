from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from simulator.catalog import DATASETS, MODELS
from simulator.config import RunConfig, make_config
from simulator.errors import InvalidConfig
from simulator.own_data import datasets_for


@pytest.mark.parametrize("model", MODELS)
def test_a_models_name_alone_is_a_complete_config(model: str) -> None:
    config = make_config({"model": model})
    assert config.dataset == MODELS[model].default_dataset
    assert config.student_size == MODELS[model].student.default
    assert None not in config.model_dump().values()


def test_every_model_goes_with_every_data_set_of_its_kind_and_no_other() -> None:
    for model in MODELS:
        fitting = {d.name for d in datasets_for(model)}
        for name in DATASETS:
            if name in fitting:
                assert make_config({"model": model, "dataset": name}).dataset == name
            else:
                with pytest.raises(InvalidConfig, match="choose"):
                    make_config({"model": model, "dataset": name})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"temperature": 0.5}, "temperature is 0.5.*greater than or equal to 1"),
        ({"alpha": 1.5}, "alpha is 1.5.*less than or equal to 1"),
        ({"epochs": 0}, "epochs is 0"),
        ({"target_sparsity": 0.99}, "target_sparsity is 0.99.*0.95"),
        ({"model": "vgg"}, "model is 'vgg'.*resnet18"),
        ({"student_size": 0.3}, "student_size 0.3 .*choose width 0.25, 0.5, 1"),
        ({"train_examples": 5_000}, "more than digits has.*1077"),
        ({"colour": "red"}, "colour is 'red'"),
        ({"model": "distilbert", "student_size": 6}, "layers 1, 2, 3, 4, 5"),
        ({"image_size": "48"}, "image_size is 48.*32 or 64"),
        ({"pruning": "structured", "also_prune": ["norms"]}, "also_prune norms applies to single weights only"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_is_allowed(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidConfig, match=said):
        make_config(wrong)


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(InvalidConfig, match=r"epochs is 99.*seed is -1"):
        make_config({"epochs": 99, "seed": -1})


def test_a_config_is_frozen_and_survives_being_stored() -> None:
    config = make_config({"model": "mobilenet_v2", "also_prune": ["norms", "biases"]})
    assert RunConfig.model_validate_json(config.model_dump_json()) == config
    with pytest.raises(ValidationError):
        config.epochs = 3  # type: ignore[misc]


def test_every_field_tells_a_slider_what_to_say() -> None:
    for name, field in RunConfig.model_fields.items():
        assert field.description, name
        assert isinstance(field.json_schema_extra, dict)
        assert field.json_schema_extra["label"], name


AS_TEXT: dict[str, tuple[Any, Any]] = {
    "model": ("mobilenet_v2", "mobilenet_v2"),
    "dataset": ("digits", "digits"),
    "student_size": ("0.25", 0.25),
    "train_examples": ("128", 128),
    "temperature": ("2.5", 2.5),
    "alpha": ("0.3", 0.3),
    "epochs": ("3", 3),
    "pruning": ("structured", "structured"),
    "scope": ("layer_wise", "layer_wise"),
    "target_sparsity": ("0.8", 0.8),
    "recovery_epochs": ("0", 0),
    "recovery_with_teacher": ("false", False),
    "also_prune": (["norms", "biases"], ("norms", "biases")),
    "image_size": ("64", 64),
    "learning_rate": ("1e-3", 1e-3),
    "batch_size": ("16", 16),
    "weights": ("scratch", "scratch"),
    "seed": ("7", 7),
}
"""What a command line or a link gives, and what it means."""


@pytest.mark.parametrize("name", RunConfig.model_fields)
def test_every_setting_can_be_given_as_text(name: str) -> None:
    text, value = AS_TEXT[name]
    assert getattr(make_config({name: text}), name) == value
