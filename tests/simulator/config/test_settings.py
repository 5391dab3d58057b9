"""The words and ranges of a run's settings, and when each applies."""

from __future__ import annotations

from simulator.catalog.methods import METHODS
from simulator.catalog.models import MODELS
from simulator.catalog.pruning import IMPORTANCES, PRUNING, SCHEDULES, SCOPES
from simulator.config.run import RunConfig, make_config
from simulator.config.settings import SETTINGS


def test_every_field_tells_a_slider_what_to_say() -> None:
    assert list(SETTINGS) == list(RunConfig.model_fields)
    for name, setting in SETTINGS.items():
        assert setting in RunConfig.model_fields[name].metadata
        assert setting.title and setting.help.endswith("."), name


def test_the_catalogue_lists_exactly_what_the_config_accepts() -> None:
    for name, catalogue in (
        ("pruning", PRUNING),
        ("importance", IMPORTANCES),
        ("schedule", SCHEDULES),
        ("scope", SCOPES),
        ("model", MODELS),
        ("method", METHODS),
    ):
        assert SETTINGS[name].choices is catalogue


def fixed(name: str, **settings: object) -> str:
    return SETTINGS[name].why_fixed(make_config(settings))


def test_a_setting_that_something_else_decides_says_why() -> None:
    assert "does not divide logits" in fixed("temperature", method="rkd")
    assert "exactly half" in fixed("target_sparsity", pruning="2:4")
    assert "its own share" in fixed("target_sparsity", scope="by_hand")
    assert [name for name in SETTINGS if fixed(name)] == []


def applying(**settings: object) -> set[str]:
    config = make_config(settings)
    return {name for name, setting in SETTINGS.items() if setting.applies(config)}


def test_a_setting_applies_where_a_run_uses_it() -> None:
    usual = applying()
    assert set(SETTINGS) - usual == {"beta", "layer_sparsity", "rounds", "round_to"}
    assert applying(method="dkd") - usual == {"beta"}
    assert applying(schedule="iterative") - usual == {"rounds"}
    assert applying(scope="by_hand") - usual == {"layer_sparsity"}
    assert usual - applying(pruning="2:4") == {"scope", "also_prune"}
    assert usual ^ applying(pruning="structured") == {"also_prune", "round_to"}
    assert usual - applying(importance="wanda") == {"also_prune"}
    assert usual - applying(model="distilbert") == {"image_size"}
