from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig, make_config
from simulator.errors import InvalidConfig
from simulator.experiments import make_experiment


@pytest.mark.parametrize("model", MODELS)
def test_a_models_name_alone_is_a_complete_config(model: str) -> None:
    config = make_config({"model": model})
    assert config.dataset == MODELS[model].default_dataset
    assert config.student_size == MODELS[model].student.default
    assert None not in config.model_dump().values()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"temperature": 0.5}, "temperature is 0.5.*greater than or equal to 1"),
        ({"alpha": 1.5}, "alpha is 1.5.*less than or equal to 1"),
        ({"epochs": 0}, "epochs is 0"),
        ({"target_sparsity": 0.99}, r"target_sparsity \(--sparsity\) is 0.99.*0.95"),
        ({"model": "vgg"}, "model is 'vgg'.*resnet18"),
        ({"colour": "red"}, "colour is 'red'"),
        ({"image_size": "48"}, "image_size is '48'.*32 or 64"),
        ({"pruning": "structured", "round_to": "16"}, "round_to is '16'.*1, 4 or 8"),
        ({"rounds": 11}, "rounds is 11.*10"),
        ({"labels": 19}, "labels is 19.*greater than or equal to 20"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_is_allowed(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidConfig, match=message):
        make_config(wrong)


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(InvalidConfig, match=r"epochs is 99.*seed is -1"):
        make_config({"epochs": 99, "seed": -1})


@pytest.mark.parametrize("wrong", [70_000, 3, "many"])
def test_only_what_was_asked_for_is_named(wrong: object) -> None:
    with pytest.raises(InvalidConfig, match="train_examples is") as refused:
        make_config({"train_examples": wrong})
    assert "labels" not in refused.value.message


def test_a_config_is_frozen_and_survives_being_stored() -> None:
    config = make_config({"model": "mobilenet_v2", "also_prune": ["norms", "biases"]})
    assert RunConfig.model_validate_json(config.model_dump_json()) == config
    with pytest.raises(ValidationError):
        config.epochs = 3  # type: ignore[misc]


def test_all_examples_have_labels_unless_it_is_asked_otherwise() -> None:
    """Records of before the setting hold none, and mean all."""
    stored = make_config({"train_examples": 300}).model_dump()
    assert stored.pop("labels") == 300
    assert RunConfig.model_validate(stored).has_all_labels
    assert not make_config({"train_examples": 300, "labels": 299}).has_all_labels


READS_NO_DISK = """
import os, sys
from simulator import InvalidConfig, make_config
from simulator.experiments import make_experiment

def settle():
    for values in ({"model": "distilbert", "dataset": "own-0123abcd"}, {"pruning": "2:4"}, {"method": "dkd"}):
        config = make_config(values)
        assert make_config(config.model_dump()) == config
    for wrong in ({"dataset": "own-0123"}, {"dataset": "imagenet"}, {"train_examples": 2_000}):
        try:
            make_config(wrong)
        except InvalidConfig:
            continue
        raise SystemExit(f"{wrong} was taken")
    make_experiment("sweep", {"model": "t5_small", "dataset": "own-0123abcd"})

def refuse(event, arguments):
    if watching and event.split(".")[0] in ("open", "os", "shutil", "glob", "pathlib", "sqlite3", "socket"):
        raise SystemExit(f"{event} {arguments}")

def no_stat(*arguments, **named):
    raise SystemExit(f"stat {arguments}")

watching = False
sys.addaudithook(refuse)
settle()  # whatever is imported late
watching, os.stat, os.lstat = True, no_stat, no_stat
settle()
watching = False
"""


def test_a_config_reads_no_disk() -> None:
    subprocess.run([sys.executable, "-c", READS_NO_DISK], check=True)


AS_TEXT: dict[str, tuple[Any, Any]] = {
    "method": ("dist", "dist"),
    "model": ("mobilenet_v2", "mobilenet_v2"),
    "dataset": ("digits", "digits"),
    "student_size": ("0.25", 0.25),
    "train_examples": ("128", 128),
    "labels": ("100", 100),
    "temperature": ("2.5", 2.5),
    "alpha": ("0.3", 0.3),
    "beta": ("2", 2.0),
    "epochs": ("3", 3),
    "pruning": ("structured", "structured"),
    "importance": ("taylor", "taylor"),
    "scope": ("layer_wise", "layer_wise"),
    "layer_sparsity": ("conv1.weight=.50,layer1.0.conv1.weight = 0.9,", "conv1.weight=0.5, layer1.0.conv1.weight=0.9"),
    "schedule": ("cubic", "cubic"),
    "rounds": ("4", 4),
    "target_sparsity": ("0.8", 0.8),
    "recovery_epochs": ("0", 0),
    "recovery_with_teacher": ("false", False),
    "also_prune": (["norms", "biases"], ("norms", "biases")),
    "round_to": ("8", 8),
    "image_size": ("64", 64),
    "learning_rate": ("1e-3", 1e-3),
    "batch_size": ("16", 16),
    "weights": ("scratch", "scratch"),
    "seed": ("7", 7),
    "repeats": ("3", 3),
}
"""What a command line or a link gives, and what it means."""


@pytest.mark.parametrize("name", RunConfig.model_fields)
def test_every_setting_can_be_given_as_text(name: str) -> None:
    text, value = AS_TEXT[name]
    needed = {"layer_sparsity": {"scope": "by_hand"}, "round_to": {"pruning": "structured"}}.get(name, {})
    assert getattr(make_config({name: text, **needed}), name) == value


def test_sparsity_by_layer_is_a_mapping_however_it_was_given() -> None:
    shares = {"conv1.weight": 0.5, "layer1.0.conv1.weight": 0.0}
    config = make_config({"scope": "by_hand", "layer_sparsity": shares})
    assert config.layer_shares == shares
    assert make_config({"scope": "by_hand", "layer_sparsity": config.layer_sparsity}) == config
    assert hash(config) == hash(make_config(config.model_dump()))


def test_two_of_four_is_half_whatever_was_asked_for() -> None:
    assert make_config({"pruning": "2:4", "target_sparsity": 0.9}).target_sparsity == 0.5
    assert make_config({"pruning": "unstructured", "target_sparsity": 0.9}).target_sparsity == 0.9


def test_a_lottery_ticket_is_trained_as_long_as_the_student() -> None:
    given = {"epochs": 7, "recovery_epochs": 0}
    assert make_config({**given, "schedule": "lottery"}).epochs_after_pruning == 7
    assert make_config(given).epochs_after_pruning == 0


def test_alpha_follows_the_method_unless_it_is_given():
    assert make_config({"method": "label_smoothing"}).alpha == 0.1
    assert make_config({"method": "dist"}).alpha == 0.7
    assert make_config({"method": "dkd"}).alpha == 1.0
    assert make_config({"method": "label_smoothing", "alpha": 0.5}).alpha == 0.5


@pytest.mark.parametrize("name", ["model", "method", "dataset", "pruning"])
@pytest.mark.parametrize("value", [[], {}, 1, float("nan"), ["resnet18"]])
def test_a_value_of_another_kind_is_refused_like_any_wrong_one(name, value):
    with pytest.raises(InvalidConfig, match=name):
        make_config({name: value})
    with pytest.raises(InvalidConfig, match=name):
        make_experiment("sweep", {name: value})
