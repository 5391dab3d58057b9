"""What decides a teacher, and whether one is there already."""

from __future__ import annotations

import pytest

from simulator.config.run import RunConfig, make_config
from simulator.runs.kept import folders, teachers

SMALL = {"train_examples": 128, "weights": "scratch"}


def config(**settings: object) -> RunConfig:
    return make_config(SMALL | settings)


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 8.0},
        {"student_size": 0.25},
        {"epochs": 9},
        {"seed": 3},
        {"method": "dkd"},
        {"train_examples": 64},
    ],
)
def test_students_of_other_settings_have_the_same_teacher(change: dict[str, object]) -> None:
    assert teachers.description(config(**change), "scratch") == teachers.description(config(), "scratch")


@pytest.mark.parametrize(
    "change",
    [{"model": "mobilenet_v2"}, {"image_size": 64}, {"dataset": "cifar10"}],
)
def test_another_model_other_data_or_other_pictures_have_another(change: dict[str, object]) -> None:
    mine, other = (teachers.description(one, "scratch") for one in (config(), config(**change)))
    assert mine != other
    assert teachers.folder(mine) != teachers.folder(other)


def test_only_a_student_of_more_than_4000_examples_asks_for_more_of_its_teacher() -> None:
    def trained_on(count: int) -> object:
        return teachers.description(config(dataset="cifar10", train_examples=count), "scratch")["train_examples"]

    assert (trained_on(128), trained_on(4_000), trained_on(5_000)) == (4_000, 4_000, 5_000)


def test_a_teacher_from_published_weights_has_its_own_recipe() -> None:
    scratch, pretrained = (teachers.description(config(model="distilbert"), s) for s in ("scratch", "pretrained"))
    assert scratch["recipe"] != pretrained["recipe"]
    assert scratch["image_size"] is None


def keep(source: str, **more: object) -> None:
    made_from = teachers.description(config(), source) | more
    assert folders.keep(teachers.folder(made_from), {"model.safetensors": b"weights"}, made_from)


def test_a_kept_teacher_is_found_by_what_is_known_before_anything_is_loaded() -> None:
    assert not teachers.is_cached(config())
    keep("scratch", data="what only the engine knows")
    assert teachers.is_cached(config())
    assert teachers.is_cached(config(seed=3, weights="auto"))
    assert not teachers.is_cached(config(weights="pretrained"))
    assert not teachers.is_cached(config(image_size=64))


@pytest.mark.parametrize(
    ("name", "value"),
    [("threads", 64), ("processor", "another"), ("versions", {"torch": "0.1"}), ("code", "0123456789ab")],
)
def test_one_of_other_threads_processor_libraries_or_code_is_not_the_same(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    keep("scratch")
    monkeypatch.setattr(teachers, name, lambda *_: value)
    assert not teachers.is_cached(config())
