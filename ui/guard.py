"""The one place where what goes wrong in simulator/ becomes a message on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from simulator.errors import SimulatorError


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show a SimulatorError as what happened and what to do; the rest of the page goes on."""
    try:
        yield
    except SimulatorError as error:
        show_problem(error.message, error.advice)


def show_problem(message: str, advice: str = "") -> None:
    """What happened, and under it what to do."""
    st.error(f"**{message}**\n\n{advice}" if advice else f"**{message}**", icon=":material/error:")
