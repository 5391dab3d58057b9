"""What runs are called beside one another."""

from __future__ import annotations

from simulator.config.run import make_config
from simulator.config.settings import SETTINGS
from simulator.data import own_data, uploads
from tests.simulator.brought import csv_bytes, texts
from ui.settings.differences import IN_ORDER, MOST_NAMED, all_in_words, changed, differing, in_words, names_of, shared


def names(*several):
    return list(names_of({f"r{n}": make_config(values) for n, values in enumerate(several)}).values())


def test_runs_are_named_by_what_differs_and_what_they_share_is_said_apart():
    several = {"temperature": 8.0, "target_sparsity": 0.8, "seed": 3}, {"temperature": 4.0, "seed": 3}
    assert names(*several) == ["T = 8, 80 % cut", "T = 4, 50 % cut"]
    common = shared([make_config(values) for values in several])
    assert common.startswith("ResNet-18, Handwritten digits, Soft targets (Hinton), 5 epochs, width 0.5, ")
    assert common.endswith("seed 3")  # it was changed in both
    assert "T =" not in common and "cut" not in common and "batch size" not in common and "labelled" not in common


def test_what_follows_from_the_model_or_the_method_is_not_named_beside_it():
    assert names({}, {"model": "mobilenet_v2"}) == ["ResNet-18", "MobileNetV2"]  # they have other learning rates
    assert names({"model": "distilbert"}, {"model": "t5_small"}) == ["DistilBERT", "T5-small"]
    text, image = names({"model": "distilbert"}, {})
    assert (text, image) == ("DistilBERT, Reviews: what is it about?", "ResNet-18, Handwritten digits")
    assert names({}, {"method": "rkd"}) == ["Soft targets (Hinton)", "Distances and angles (RKD)"]
    mixed = {"learning_rate": 0.01}, {"model": "mobilenet_v2"}
    assert names(*mixed) == ["ResNet-18, learning rate 0.01", "MobileNetV2, learning rate 0.003"]


def test_a_setting_that_a_run_does_not_use_does_not_distinguish_it():
    assert names({"beta": 4.0}, {"beta": 2.0}) == ["run r0", "run r1"]
    decoupled = {"method": "dkd", "beta": 4.0}, {"method": "dkd"}, {}
    assert names(*decoupled) == ["Decoupled (DKD), beta = 4", "Decoupled (DKD), beta = 8", "Soft targets (Hinton)"]
    assert names({"pruning": "2:4"}, {"target_sparsity": 0.8}) == ["Two of every four (2:4)", "Single weights"]
    assert "T = " not in "".join(names({"method": "label_smoothing", "temperature": 8.0}, {}))


def test_all_labels_are_equal_however_many_examples_there_are():
    assert names({"train_examples": 200}, {}) == ["200 examples", "1,077 examples"]
    assert names({"labels": 50}, {}) == ["50 labelled", "all labelled"]


def test_equal_settings_are_told_apart_by_the_ids():
    assert names({}, {}) == ["run r0", "run r1"]
    assert names({}) == ["run r0"]
    assert names({"seed": 1}, {}, {"seed": 1}) == ["seed 1, run r0", "seed 0", "seed 1, run r2"]


def test_a_long_name_ends_with_how_much_more_differs():
    five = {"seed": 1, "epochs": 2, "alpha": 0.5, "temperature": 2.0, "batch_size": 8}
    assert names(five, {})[0] == "T = 2, 2 epochs, alpha = 0.5, batch size 8, seed 1"
    many = {**five, "repeats": 2}
    one, other = names(many, {})
    assert one == "T = 2, 2 epochs, alpha = 0.5, batch size 8 and 2 more"
    assert other == "T = 4, 5 epochs, alpha = 0.7, batch size 64 and 2 more"
    assert len(one.split(", ")) == MOST_NAMED
    hidden = {**many, "repeats": 3}
    assert names(many, hidden, {})[:2] == [f"{one}, run r0", f"{one}, run r1"]


def test_no_setting_is_left_out():
    assert sorted(IN_ORDER) == sorted(SETTINGS)
    two = [make_config({"image_size": size}) for size in (32, 64)]
    assert differing(two) == ["image_size"]
    assert [in_words(["image_size"], config) for config in two] == ["32 px", "64 px"]


def test_all_settings_in_words_are_those_that_the_run_uses():
    texts = all_in_words(make_config({"pruning": "2:4"}))
    assert texts[:4] == ["ResNet-18", "Handwritten digits", "Soft targets (Hinton)", "T = 4"]
    assert "magnitude importance" in texts
    assert not [text for text in texts if "cut" in text or "beta" in text]


def test_what_was_changed_is_what_differs_from_how_the_lab_starts():
    assert changed(make_config({})) == []
    assert changed(make_config({"model": "t5_small", "epochs": 2})) == ["epochs"]
    assert changed(make_config({"method": "dkd"})) == ["method"]  # its alpha follows from it
    assert changed(make_config({"labels": 50, "target_sparsity": 0.8})) == ["target_sparsity", "labels"]
    unknown = make_config({"dataset": "own-01234567", "temperature": 8.0})
    assert "temperature" in changed(unknown)  # a history that was imported without its data


def test_what_only_the_changed_run_uses_counts_as_changed():
    assert changed(make_config({"method": "dkd", "beta": 4.0})) == ["method", "beta"]
    assert changed(make_config({"schedule": "iterative"})) == ["schedule"]  # in as many rounds as usual
    assert changed(make_config({"schedule": "iterative", "rounds": 10})) == ["schedule", "rounds"]
    assert changed(make_config({"pruning": "structured", "round_to": 8})) == ["pruning", "round_to"]
    shares = {"scope": "by_hand", "layer_sparsity": "layer1.0.conv1.weight=0.5"}
    assert changed(make_config(shares)) == ["scope", "layer_sparsity"]
    assert changed(make_config({"beta": 4.0, "rounds": 10})) == []  # not used


def test_every_setting_but_the_model_and_the_data_can_be_changed():
    values = {
        "student_size": 0.25, "train_examples": 500, "labels": 50, "method": "dkd", "temperature": 8.0, "alpha": 0.5,
        "beta": 4.0, "epochs": 1, "pruning": "structured", "importance": "taylor", "scope": "layer_wise",
        "target_sparsity": 0.8, "recovery_epochs": 1, "schedule": "iterative", "rounds": 10,
        "recovery_with_teacher": False, "round_to": 8, "image_size": 64, "learning_rate": 0.01, "batch_size": 8,
        "weights": "scratch", "seed": 1, "repeats": 2,
    }  # fmt: skip
    elsewhere = {"model", "dataset", "layer_sparsity", "also_prune"}  # these need another scope or pattern
    assert set(changed(make_config(values))) == set(SETTINGS) - elsewhere


def test_what_all_runs_share_does_not_depend_on_their_order():
    several = [make_config({"learning_rate": 0.003, "model": model}) for model in ("resnet18", "mobilenet_v2")]
    assert changed(several[0]) == ["learning_rate"] and changed(several[1]) == []
    assert "learning rate 0.003" in shared(several)
    assert "learning rate 0.003" in shared(several[::-1])
    assert "beta = 4" in shared([make_config({"method": "dkd", "beta": 4.0, "seed": seed}) for seed in (0, 1)])


def test_data_that_is_uploaded_after_its_history_counts_from_then_on():
    upload = uploads.check("t.csv", csv_bytes(texts(70)))
    examples = upload.info().max_train_examples
    config = make_config({"model": "distilbert", "dataset": upload.name, "train_examples": examples})
    assert changed(config) == ["train_examples"]
    own_data.keep(upload.name, "Pets")
    assert changed(config) == []
