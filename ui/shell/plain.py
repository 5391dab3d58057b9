"""Text that anybody may have written, as Markdown that shows it as it is."""

from __future__ import annotations

import re

MARKS = re.compile(r"[\\`*_\[\]<>#~$&]|^[-+=]|^\d+(?=[.)])")
"""What CommonMark and formulas act on; in one line of text, so lists and rules only at its start."""


UNMARKED = re.compile(r":(?=\S)|www|@", re.IGNORECASE)
"""What becomes a link (GitHub Flavored Markdown, section 6.9), an icon or an emoji whether or not it is escaped."""


LONGEST_SHOWN = 1_500
"""Characters of a message: whoever chooses what it quotes does not choose how long it is."""


WORD_JOINER = "\N{WORD JOINER}"


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
