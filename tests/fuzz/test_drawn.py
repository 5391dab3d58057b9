"""The fuzzing tests are not run with every change; what they draw from is, so that it keeps up with the settings."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from simulator.config.run import RunConfig
from tests.fuzz.drawn import likely, settings_of_a_run
from ui.settings.fields import all_controls


@settings(max_examples=5)
@given(settings_of_a_run())
def test_settings_are_drawn(drawn: dict[str, Any]) -> None:
    assert set(drawn) <= {*all_controls(), "T", "__class__", ""}


def test_every_control_has_likely_values() -> None:
    for control in all_controls().values():
        assert not likely(control).is_empty
    assert set(all_controls()) == set(RunConfig.model_fields) - {"kind"}
