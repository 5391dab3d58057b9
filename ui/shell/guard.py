"""The one place where errors from simulator/ become messages on the screen."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from simulator.host.faults import FAULTS, in_words
from ui.shell.plain import LONGEST_SHOWN, brief, literal

log = logging.getLogger(__name__)


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show known errors, and faults of the disk or the database, with what to do; the rest of the page continues."""
    try:
        yield
    except FAULTS as error:
        problem = in_words(error)
        if problem is not error:
            log.warning("%s", problem, exc_info=error)
        show_problem(problem.message, problem.advice)


def show_problem(message: str, advice: str = "") -> None:
    """Show what happened and, below it, what to do; both may quote a file."""
    message, advice = (literal(brief(text, LONGEST_SHOWN)) for text in (message, advice))
    st.error(f"**{message}**\n\n{advice}" if advice else f"**{message}**", icon=":material/error:")
