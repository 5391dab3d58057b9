"""One setting: it holds a value to its range and its choices, and knows the title of each choice."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from simulator.catalog.methods import METHODS
from simulator.catalog.models import MODELS
from simulator.config.run import make_config
from simulator.config.setting import Setting
from simulator.errors import InvalidConfig

SIZES: dict[Any, Any] = {1: "one", 2: METHODS["kd"]}


@pytest.mark.parametrize(
    ("kind", "setting", "allowed", "refused"),
    [
        (float, Setting("", "", low=1, high=2), (1, 1.5, 2), (0.99, 2.01)),
        (int, Setting("", "", low=0), (0, 10**9), (-1,)),
        (int, Setting("", "", choices=SIZES), (1, 2), (3,)),
        (tuple[int, ...], Setting("", "", choices=SIZES), ((), (2, 1)), ((1, 3),)),
        (int, Setting("", ""), (-5, 5), ()),
    ],
)
def test_as_metadata_of_a_field_it_holds_values_to_what_is_allowed(
    kind: Any, setting: Setting, allowed: tuple[Any, ...], refused: tuple[Any, ...]
) -> None:
    field = TypeAdapter[Any](Annotated[kind, setting])
    assert [field.validate_python(value) for value in allowed] == list(allowed)
    for value in refused:
        with pytest.raises(ValidationError):
            field.validate_python(value)


def test_a_choice_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(ValueError, match=r"^choose 1 or 2$"):
        Setting("", "", choices=SIZES).check_choice(3)


def test_a_choice_is_titled_by_itself_or_by_its_entry() -> None:
    setting = Setting("", "", choices=SIZES)
    assert [setting.title_of(value) for value in (1, 2, 3)] == ["one", METHODS["kd"].title, "3"]


def test_what_is_added_to_a_catalogue_is_allowed_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    fifth = replace(MODELS["resnet18"], name="fifth", title="A fifth")
    with pytest.raises(InvalidConfig, match=r"model is 'fifth': choose distilbert.* or resnet18"):
        make_config({"model": "fifth"})
    monkeypatch.setitem(MODELS, "fifth", fifth)
    monkeypatch.setitem(METHODS, "tenth", replace(METHODS["kd"], name="tenth", alpha=0.25))
    config = make_config({"model": "fifth", "method": "tenth"})
    assert (config.model, config.alpha, config.dataset) == ("fifth", 0.25, "digits")
    with pytest.raises(InvalidConfig, match="resnet18 or fifth"):
        make_config({"model": "sixth"})
