"""The parts of a section of a page or a report. A screen and a printed page can each draw every part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ui.figures.table import Table
from ui.shell.routes import Route


@dataclass(frozen=True)
class Text:
    """A paragraph, in Markdown."""

    text: str
    tip: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class Points:
    """A list of sentences, in Markdown."""

    sentences: Sequence[str]


@dataclass(frozen=True)
class Code:
    """Something to copy."""

    text: str


@dataclass(frozen=True)
class Gains:
    """A few large figures: (label, change, explanation)."""

    title: str
    figures: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class TablePart:
    """One of the app's tables.

    Attributes:
        key: Unique on the page.
        alt: What it holds, for people who cannot see it.
        note: The text below it, in Markdown.
        tip: A tooltip that explains the note's terms.
    """

    key: str
    table: Table
    alt: str
    title: str = ""
    note: str = ""
    tip: str = ""


@dataclass(frozen=True)
class Chart:
    """One of the app's Plotly figures.

    Attributes:
        key: Unique on the page; letters, digits and underscores.
        caption: How to read it, in Markdown.
        alt: What it shows, for people who cannot see it; on paper it is printed below the caption.
    """

    key: str
    figure: Any
    title: str
    caption: str
    alt: str
    tip: str = ""


@dataclass(frozen=True)
class Panel:
    """One drawing of a picture.

    Attributes:
        caption: How to read it.
        svg: The drawing: static, without a word that somebody wrote, in the colours of the page around it.
        alt: What it shows, for people who cannot see it.
    """

    title: str
    caption: str
    svg: str
    alt: str


@dataclass(frozen=True)
class Picture:
    """Drawings side by side, as many in a row as there is room for.

    Attributes:
        key: Unique on the page.
    """

    key: str
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Way:
    """A link to another page of the app. Paper has none."""

    to: Route
    label: str
    icon: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    """A choice between several groups of parts.

    Attributes:
        options: Name -> a function that makes its parts; only the parts shown are made.
        start: The option that is shown first.
        on_paper: The options that are printed, as paper offers no choice.
    """

    key: str
    label: str
    options: Mapping[str, Callable[[], Sequence[Part]]]
    start: str
    on_paper: Sequence[str]


@dataclass(frozen=True)
class Slide:
    """A slider over a fraction, and the parts that show what holds there.

    Attributes:
        start: Where it stands at first, and what is printed.
        parts: From a value to its parts.
    """

    key: str
    label: str
    low: float
    high: float
    step: float
    start: float
    parts: Callable[[float], Sequence[Part]]


@dataclass(frozen=True)
class Beside:
    """Parts side by side, two in a row if there is room."""

    parts: Sequence[Chart | Choice]


Part = Text | Points | Code | Gains | TablePart | Chart | Picture | Way | Choice | Slide | Beside


@dataclass(frozen=True)
class Section:
    """A title and the parts below it.

    Attributes:
        folded: Whether a screen shows it only on a click.
    """

    title: str
    parts: Sequence[Part]
    folded: bool = False
