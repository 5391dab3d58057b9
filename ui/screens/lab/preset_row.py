"""The row of presets above the Lab's controls: one click sets every control, and the question stands below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from simulator.catalog.model_info import Kind
from simulator.catalog.models import DEFAULT_MODEL, MODELS
from simulator.catalog.presets import FIRST, PRESETS
from simulator.config.run import RunConfig, make_config
from simulator.config.settings import SETTINGS
from ui.following import live
from ui.settings import controls
from ui.shell import address

PRESET = "preset"
"""The parameter of the address. It is there while the controls show exactly the settings of a preset."""

CHIP, KIND = "preset_chip", "preset_kind"
KINDS: dict[Kind, str] = {"image": "Pictures", "text": "Text"}


def asked() -> Mapping[str, Any] | None:
    """Return the settings of the preset in the address; a session starts with the first one if it holds nothing."""
    if controls.is_new() and not any(address.holds(known) for known in (PRESET, live.RUN, *SETTINGS)):
        return PRESETS[FIRST[MODELS[DEFAULT_MODEL].kind]].settings
    name = address.one_of(PRESET, PRESETS)
    return PRESETS[name].settings if name else None


def row(settled: RunConfig) -> None:
    """Draw the title and the presets for the kind of data that the controls show; the address names the chosen one."""
    chosen = preset_of(settled)
    if chosen is None:
        address.drop(PRESET)
    elif address.text(PRESET) != chosen:
        address.put(PRESET, chosen)
    st.session_state[CHIP] = chosen
    with st.container(horizontal=True, vertical_alignment="center", key="lab_presets"):
        st.title("Lab", width="content")
        st.pills(
            "Questions to begin with",
            [name for name, preset in PRESETS.items() if preset.kind == MODELS[settled.model].kind],
            format_func=lambda name: PRESETS[name].title,
            key=CHIP,
            label_visibility="collapsed",
            on_change=_take_chip,
            wrap=True,
        )


def question(settled: RunConfig) -> None:
    """Draw the choice of the kind of data, and what the chosen preset is about."""
    st.session_state[KIND] = MODELS[settled.model].kind
    st.segmented_control(
        "Kind of data",
        list(KINDS),
        format_func=lambda kind: KINDS[kind],
        key=KIND,
        required=True,
        label_visibility="collapsed",
        on_change=_take_kind,
    )
    if chosen := preset_of(settled):
        st.markdown(f"**{PRESETS[chosen].question}** Look at {PRESETS[chosen].look_at}")


def preset_of(config: RunConfig) -> str | None:
    """Return the preset that has exactly these settings, if any."""
    return next((name for name, preset in PRESETS.items() if make_config(dict(preset.settings)) == config), None)


def _take_chip() -> None:
    """Set every control to the chosen preset; a chip that is clicked again chooses the same one."""
    if name := st.session_state[CHIP]:
        _take(name)


def _take_kind() -> None:
    _take(FIRST[st.session_state[KIND]])


def _take(name: str) -> None:
    controls.take(make_config(dict(PRESETS[name].settings)))
