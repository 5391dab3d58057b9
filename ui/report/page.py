"""A report as one HTML page: how each part of a section is printed. Everything is escaped where it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from simulator.figures import numbers
from ui.figures.charts import COLOURS
from ui.figures.parts import Beside, Chart, Choice, Panel, Part, Section, Slide, Way
from ui.report import svg

if TYPE_CHECKING:
    from jinja2 import Template
    from markdown_it import MarkdownIt

TEMPLATE = "page.html"


@dataclass(frozen=True)
class Report:
    """The contents of a report: the question, the student's notes, and the measurements."""

    title: str
    question: str
    origin: str
    note: str
    sections: Sequence[Section]


def render(report: Report) -> str:
    """Return the report as one HTML page."""
    return _template().render(report=report, colours=COLOURS, today=numbers.day(datetime.now(UTC)))


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    here = FileSystemLoader(Path(__file__).parent)
    pages = Environment(loader=here, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    pages.filters |= {"marked": marked, "printed": printed, "drawn": drawn, "shape": shape}
    return pages.get_template(TEMPLATE)


def printed(parts: Iterable[Part]) -> list[tuple[str, list[Part]]]:
    """Group the printed parts: neighbours of one kind together, as (name of the kind, parts)."""
    return [(kind, list(alike)) for kind, alike in groupby(_on_paper(parts), lambda part: type(part).__name__)]


def _on_paper(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield every printed part. Paper shows some of the choices on a screen, and no links."""
    for part in parts:
        match part:
            case Way():
                continue
            case Beside(within):
                yield from _on_paper(within)
            case Choice():
                for name in part.on_paper:
                    yield from _on_paper(part.options[name]())
            case Slide():
                yield from _on_paper(part.parts(part.start))
            case _:
                yield part


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    """Parse bold, italics, code, escapes and entities, as screens show them; no HTML, links or pictures."""
    from markdown_it import MarkdownIt

    return MarkdownIt("zero", {"html": False}).enable(["emphasis", "backticks", "escape", "entity"])


def marked(text: str) -> Markup:
    """Return a sentence in Markdown as HTML; anything else in it stays text."""
    return Markup(_markdown().renderInline(text))


def drawn(chart: Chart) -> Markup:
    """Return one of the app's charts as SVG."""
    return Markup(svg.draw(chart.figure, chart.key.replace("_", "-"), chart.alt))


def shape(panel: Panel) -> Markup:
    """Return a picture's drawing, which is SVG already."""
    return Markup(panel.svg)
