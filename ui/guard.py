"""The one place where what goes wrong in simulator/ becomes a message on the screen."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from simulator.faults import FAULTS, in_words

log = logging.getLogger(__name__)

MARKS = re.compile(r"[\\`*_\[\]<>#~$&]|^[-+=]|^\d+(?=[.)])")
"""What CommonMark and formulas act on; in one line of text, so lists and rules only at its start."""

UNMARKED = re.compile(r":(?=\S)|www|@", re.IGNORECASE)
"""What becomes a link (GitHub Flavored Markdown, section 6.9), an icon or an emoji whether or not it is escaped."""

LONGEST_SHOWN = 1_500
"""Characters of a message: whoever chooses what it quotes does not choose how long it is."""

WORD_JOINER = "\N{WORD JOINER}"


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show what went wrong on purpose, on the disk or in the database, and what to do; the rest of the page goes on."""
    try:
        yield
    except FAULTS as error:
        problem = in_words(error)
        if problem is not error:
            log.warning("%s", problem, exc_info=error)
        show_problem(problem.message, problem.advice)


def show_problem(message: str, advice: str = "") -> None:
    """What happened, and under it what to do; both may hold what a file says."""
    message, advice = (literal(brief(text, LONGEST_SHOWN)) for text in (message, advice))
    st.error(f"**{message}**\n\n{advice}" if advice else f"**{message}**", icon=":material/error:")


def literal(text: str) -> str:
    """Text as Markdown that shows it as it is: no links, pictures, formulas or icons, whoever wrote it.

    A backslash before a mark takes its meaning. Addresses, icons and emoji need no mark, so they are broken up by a
    joiner, which has no width.
    """
    broken_up = UNMARKED.sub(lambda found: found[0] + WORD_JOINER, text)
    return MARKS.sub(_escaped, " ".join(broken_up.split()))


def _escaped(found: re.Match[str]) -> str:
    return f"{found[0]}\\" if found[0].isdecimal() else f"\\{found[0]}"  # "1\\." begins no list


def brief(text: str, longest: int = 60) -> str:
    """Text in one line, with its end left out where it is longer than so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 4]} ..."


def code_span(text: str) -> str:
    """Text in the letters of code, which a mark in it cannot end."""
    return f"`{text.replace('`', chr(39))}`"
