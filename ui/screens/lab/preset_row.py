"""The row of presets above the Lab's controls: one click sets every control, and the question stands below."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import streamlit as st

from simulator.catalog.model_info import Kind
from simulator.catalog.models import DEFAULT_MODEL, MODELS
from simulator.catalog.presets import FIRST, PRESETS
from simulator.config.run import RunConfig, make_config
from simulator.config.settings import SETTINGS
from ui.following import live
from ui.screens.lab import skip
from ui.settings import controls
from ui.shell import address

PRESET, USUAL = "preset", "usual"
"""The parameter of the address, and the preset that moves no setting: only this one stays there, so that a reload does
not start with the first one. The others' settings take their place at once: the address of a page whose sliders move is
not to be written."""

KINDS: dict[Kind, str] = {"image": "Pictures", "text": "Text"}


def asked() -> Mapping[str, Any] | None:
    """Return the settings of the preset in the address; a session starts with the first one if it holds nothing."""
    if controls.is_new() and not any(address.holds(known) for known in (PRESET, live.RUN, *SETTINGS)):
        return PRESETS[FIRST[MODELS[DEFAULT_MODEL].kind]].settings
    name = address.one_of(PRESET, PRESETS)
    return PRESETS[name].settings if name else None


def row(settled: RunConfig) -> None:
    """Draw the title and the presets for the kind of data that the controls show."""
    if address.text(PRESET) != USUAL:
        address.drop(PRESET)
        if not controls.in_link(settled):
            address.put(PRESET, USUAL)
    chosen = preset_of(settled)
    with st.container(horizontal=True, vertical_alignment="center", key="lab_presets"):
        st.title("Lab", width="content")
        skip.to_run()
        for name, preset in PRESETS.items():
            if preset.kind == MODELS[settled.model].kind:
                _button(preset.title, f"preset_{name}", name, name == chosen)


def question(settled: RunConfig) -> None:
    """Draw the choice of the kind of data, and what the chosen preset is about."""
    with st.container(horizontal=True, key="lab_kinds"):
        for kind, title in KINDS.items():
            _button(title, f"kind_{kind}", FIRST[kind], kind == MODELS[settled.model].kind)
    chosen = preset_of(settled)
    with st.container(key="lab_question"):
        if chosen:
            st.markdown(f"**{PRESETS[chosen].question}** Look at {PRESETS[chosen].look_at}")
        else:  # an element in any case: the sliders below stay the same ones, and stay in their place
            st.markdown("**Settings of your own.** What do you expect of them?")


def preset_of(config: RunConfig) -> str | None:
    """Return the preset that has exactly these settings, if any."""
    return next((name for name in PRESETS if _config(name) == config), None)


@cache  # every move of a slider compares with all of them
def _config(name: str) -> RunConfig:
    return make_config(dict(PRESETS[name].settings))


def _button(title: str, key: str, preset: str, is_chosen: bool) -> None:
    """Draw a button that sets every control to a preset.

    A choice that the page sets would be wrong here: where a slider is moved quickly, the browser still sends the choice
    of before, which Streamlit takes for a click.
    """
    st.button(title, key=key, type="primary" if is_chosen else "secondary", on_click=_take, args=(preset,))


def _take(name: str) -> None:
    controls.take(_config(name))
