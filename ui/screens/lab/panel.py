"""The Lab's controls: three sliders at the top, and all others in three cards that fold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from simulator.config.run import RunConfig
from simulator.data import availability
from simulator.data.own_data import dataset_info
from ui.screens import model_cards
from ui.settings import controls
from ui.settings.cards import CARDS, SLIDERS
from ui.shell import routes
from ui.shell.plain import literal
from ui.words import glossary, methods

STYLE = Path(__file__).with_name("lab.css")


def columns() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return the places of the controls and of the open run: side by side, or below one another on a narrow screen."""
    st.html(STYLE)
    left, right = st.columns([2, 3], gap="medium")
    return left.container(key="lab_controls"), right.container(key="lab_run")


def sliders(settled: RunConfig) -> None:
    """Draw the settings that most runs change."""
    for name in SLIDERS:
        controls.draw(name, settled)


def cards(settled: RunConfig) -> None:
    """Draw all other settings; a folded card shows the values that matter most."""
    for card in CARDS:
        with st.expander(f"**{card.title}** · {literal(card.summary(settled))}", icon=card.icon, key=card.key):
            glossary.explain(card.about, *card.terms)
            _draw(card.shown(settled), settled)
            with st.expander("More", icon=":material/tune:", key=f"{card.key}_more"):
                _draw(card.shown(settled, more=True), settled)
            if card.key in CODE:
                CODE[card.key](settled)


def _draw(names: Sequence[str], settled: RunConfig) -> None:
    for name in names:
        controls.draw(name, settled)
        if name in BELOW:
            BELOW[name](settled)


def _about_data(config: RunConfig) -> None:
    """Say what the data is, and whether it is available here."""
    data = dataset_info(config.dataset)
    state = availability.data_state_soon(data.name) if data.needs_internet else "here"
    text = f"{data.summary} {len(data.class_names)} classes."
    if data.needs_internet:
        availabilities = {"cached": "Downloaded already.", "reachable": "Downloaded on first use."}
        text += " " + availabilities.get(
            state or "", "**Needs internet:** it cannot be reached from here." if state else "Needs internet."
        )
    st.caption(text)
    if state == "not reachable":
        model_cards.not_reachable()
    st.page_link(routes.OWN_DATA.path, label="Bring data of your own", icon=":material/upload_file:")


BELOW: dict[str, Callable[[RunConfig], None]] = {
    "dataset": _about_data,
    "method": lambda config: methods.about_method(config.method),
    "alpha": methods.loss_formula,
}
"""What stands below a control."""

CODE: dict[str, Callable[[RunConfig], None]] = {
    "card_distillation": lambda config: methods.show_loss(config.method),
    "card_pruning": lambda config: methods.show_code(
        "Show the importance as it runs", "engine/pruning/importance.py", config.importance
    ),
}
"""The code that stands at the end of a card."""
