"""Where each control of the Lab stands."""

from __future__ import annotations

import pytest

from simulator.catalog.models import MODELS
from simulator.config.run import make_config
from simulator.config.settings import SETTINGS
from ui.settings.cards import CARDS, SLIDERS, in_brief


def test_each_setting_stands_in_one_place():
    assert sorted([*SLIDERS, *(name for card in CARDS for name in card.names)]) == sorted(SETTINGS)
    for card in CARDS:
        assert set(card.named) <= set(card.names)


@pytest.mark.parametrize("model", MODELS)
def test_every_setting_that_applies_is_shown_once(model):
    for pruning in ("unstructured", "2:4", "structured"):
        config = make_config({"model": model, "pruning": pruning})
        shown = [n for card in CARDS for more in (False, True) for n in card.shown(config, more)]
        assert sorted([*shown, *SLIDERS]) == sorted(name for name, s in SETTINGS.items() if s.applies(config))


def test_a_folded_card_shows_the_values_that_matter_most():
    data, distillation, pruning = CARDS
    config = make_config({"model": "resnet18", "student_size": 0.25, "train_examples": 1000, "recovery_epochs": 1})
    assert data.summary(config) == "ResNet-18, Handwritten digits, width 0.25, 1,000 examples"
    assert data.summary(config.model_copy(update={"labels": 50})).endswith("1,000 examples, 50 labelled")
    assert distillation.summary(config) == "Soft targets (Hinton), alpha = 0.7"
    assert pruning.summary(config) == "Single weights, global, 1 recovery epoch"
    assert pruning.summary(make_config({"pruning": "2:4"})) == "Two of every four (2:4), 2 recovery epochs"


def test_every_value_explains_itself_without_its_title():
    config = make_config({
        "temperature": 8.0, "target_sparsity": 0.8, "labels": 50, "epochs": 1, "repeats": 3, "importance": "taylor",
        "weights": "scratch", "also_prune": ("norms",), "schedule": "iterative", "round_to": 1,
    })  # fmt: skip
    brief = {name: in_brief(name, config) for name in SETTINGS}
    assert brief["temperature"] == "T = 8"
    assert brief["target_sparsity"] == "80 % cut"
    assert brief["labels"] == "50 labelled" and in_brief("labels", make_config({})) == "all labelled"
    assert (brief["epochs"], brief["rounds"], brief["repeats"]) == ("1 epoch", "3 rounds", "3 repeats")
    assert (brief["importance"], brief["schedule"]) == ("Taylor importance", "iterative")
    assert brief["also_prune"] == "also prunes norms"
    assert brief["weights"] == "teacher's weights: from scratch"
    assert brief["learning_rate"] == "learning rate 0.001"
    shares = {"scope": "by_hand", "layer_sparsity": "a.weight=0.5, b.weight=0.2"}
    assert in_brief("layer_sparsity", make_config(shares)) == "2 shares by hand"
    assert not [name for name, text in brief.items() if text in ("", "yes", "no") or text.isdecimal()]
