"""Text from a file is shown as text, whatever its source."""

from __future__ import annotations

import re

import pytest

from ui.shell.plain import code_span, literal

HOSTILE = [
    "[click](https://evil.example)",
    "![seen](https://evil.example/pixel.png)",
    "<https://evil.example>",
    "https://evil.example and WWW.evil.example and me@evil.example",
    "**bold** _it_ `code` ~~gone~~ $x^2$ :red[red] :material/home: :smile: # head | a | <b>",
    "- no list",
    "1. no list",
    "\n\n# a heading\n\n- a list\n\n[a]: https://evil.example",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_every_mark_is_escaped_and_no_bare_address_is_left(text: str) -> None:
    shown = literal(text)
    assert "\n" not in shown
    left = re.sub(r"\\[!-/:-@\[-`{-~]", "", shown)  # without the characters after a backslash
    assert not re.search(r"[\\`*_\[\]<>#~$]|^[-+=]", left)
    read = shown.replace("\\", "")  # as a browser sees it
    assert not re.search(":[^\\s\N{WORD JOINER}]|www\\.|\\w@\\w", read, re.IGNORECASE)
    assert read.replace("\N{WORD JOINER}", "") == " ".join(text.split())


def test_plain_words_stay_as_they_are() -> None:
    assert literal("Cafe 12 words") == "Cafe 12 words"
    assert literal("It broke: 3 of 4 (75 %), isn't it? Use a smaller batch.") == (
        "It broke: 3 of 4 (75 %), isn't it? Use a smaller batch."
    )
    assert literal("") == ""


def test_nothing_ends_a_code_span() -> None:
    assert code_span("a` [b](c) `d") == "`a' [b](c) 'd`"


def test_a_number_is_held_together():
    p_value = "p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.23"
    assert literal(f" within  noise\n{p_value} ") == f"within noise {p_value}"
