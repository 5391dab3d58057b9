"""Shows text that anybody may have written, as literal Markdown."""

from __future__ import annotations

import re

MARKS = re.compile(r"[\\`*_\[\]<>#~$&]|^[-+=]|^\d+(?=[.)])")
"""The marks of CommonMark and of formulas, in one line of text: marks of lists and rules count only at its start."""


UNMARKED = re.compile(r":(?=\S)|www|@", re.IGNORECASE)
"""Beginnings of links (GitHub Flavored Markdown, section 6.9), icons and emoji, which work even when escaped."""


BLANKS = re.compile(r"[^\S\N{NO-BREAK SPACE}]+")
"""What becomes one blank. A no-break space stays: it holds a number together."""


LONGEST_SHOWN = 1_500
"""The longest message in characters: a quotation in it may be of any length."""


WORD_JOINER = "\N{WORD JOINER}"


def literal(text: str) -> str:
    """Return text as Markdown that shows it literally: without links, pictures, formulas or icons.

    A backslash before a mark removes its meaning. Addresses, icons and emoji need no mark, so a joiner without width
    breaks them up.
    """
    broken_up = UNMARKED.sub(lambda found: found[0] + WORD_JOINER, text)
    return MARKS.sub(_escaped, BLANKS.sub(" ", broken_up).strip())


def _escaped(found: re.Match[str]) -> str:
    return f"{found[0]}\\" if found[0].isdecimal() else f"\\{found[0]}"  # "1\\." begins no list


def brief(text: str, longest: int = 60) -> str:
    """Return text in one line, cut off if it is longer than ``longest`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 4]} ..."


def code_span(text: str) -> str:
    """Return text as a code span, which no mark in the text can end."""
    return f"`{text.replace('`', chr(39))}`"
