"""Presets: settings of a run that go with a question."""

from __future__ import annotations

import pytest

from simulator.catalog.models import MODELS
from simulator.catalog.presets import FIRST, PRESETS, Preset
from simulator.config.run import RunConfig, make_config
from simulator.runs.database.store import open_store
from simulator.runs.forecast import cost


def config_of(preset: Preset) -> RunConfig:
    return make_config(dict(preset.settings))


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_a_preset_is_a_run_that_can_be_forecast_with_its_question(preset: Preset) -> None:
    config = config_of(preset)
    assert {name: getattr(config, name) for name in preset.settings} == preset.settings
    assert MODELS[config.model].kind == preset.kind
    assert cost.forecast(config, open_store()).seconds > 0
    assert preset.question.endswith("?")
    assert preset.look_at.endswith(".")


def test_presets_differ_and_no_setting_of_one_is_a_default() -> None:
    configs = [config_of(preset) for preset in PRESETS.values()]
    assert all(config not in configs[:place] for place, config in enumerate(configs))
    for preset in PRESETS.values():
        usual = make_config({"model": preset.settings["model"]} if "model" in preset.settings else {})
        changed = {name: value for name, value in preset.settings.items() if name != "model"}
        assert all(getattr(usual, name) != value for name, value in changed.items()), preset.name


def test_each_kind_of_data_has_a_first_preset() -> None:
    assert {kind: PRESETS[name].kind for kind, name in FIRST.items()} == {"image": "image", "text": "text"}
    assert next(name for name in PRESETS if PRESETS[name].kind == "image") == FIRST["image"]
