"""Reads a screen's Markdown texts, and finds hostile text that acts in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from streamlit.testing.v1 import AppTest

HOSTILE = (
    "![evil](https://evil.example/a.png)",
    "[evil](https://evil.example)",
    "<https://evil.example>",
    "https://evil.example/",
    "www.evil.example",
    "<img src='https://evil.example/b.png'>",
    ":red[evil]",
    "$evil$",
    "`evil` ![evil](https://evil.example)",
    "**evil**",
    "]evil",
)
"""Hostile pieces that a link may hold; each contains "evil"."""

BARE = re.compile(r"https?://evil|www\.evil|:[a-z-]+\[evil", re.IGNORECASE)
FORMULA = re.compile(r"(?<!\\)\$evil")
_markdown = MarkdownIt("commonmark")


def markdown_of(app: AppTest) -> Iterator[str]:
    """Yield every text of a screen that Streamlit treats as Markdown."""
    for element in _elements(app._tree):
        if element.type not in ("code", "text_input", "text_area"):
            yield from (str(getattr(element, name, "") or "") for name in ("label", "help", "caption"))
        if element.type in ("radio", "button_group"):
            yield from element.options
        if element.type in ("markdown", "error", "warning", "info", "success", "header", "subheader", "title", "toast"):
            yield str(element.value)


def _elements(block: Any) -> Iterator[Any]:
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from _elements(child)
        yield child


def alive(text: str) -> list[str]:
    """List what acts when hostile text is shown: links, pictures, HTML, bold words, formulas, colours."""
    found = FORMULA.findall(text)
    for block in _markdown.parse(text):
        if block.type == "html_block" and "evil" in block.content:
            found.append(block.content)
        strong = False
        for token in block.children or ():
            strong = token.type == "strong_open" or (strong and token.type != "strong_close")
            if token.type in ("link_open", "image", "html_inline") and "evil" in f"{token.attrs}{token.content}":
                found.append(f"{token.type} {token.attrs} {token.content}")
            elif token.type == "text":
                found += BARE.findall(token.content)
    return found
