"""What a report is made of, and the page that it becomes. Everything is escaped where it is written."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from simulator.config.run import RunConfig
from simulator.events import Provenance
from simulator.figures import numbers
from simulator.runs.database.store import Run
from ui.figures.charts import COLOURS
from ui.figures.run import tables
from ui.figures.table import Table
from ui.report import svg
from ui.settings import fields
from ui.words.provenance import provenance_facts

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATE = "page.html"


@dataclass(frozen=True)
class Titled:
    """One of the app's tables with its title and a note below it."""

    title: str
    table: Table
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A drawing with its title and a sentence that says what it shows."""

    title: str
    drawing: Markup
    caption: str


@dataclass(frozen=True)
class Section:
    """One part of the report, in the order in which its pieces are shown; texts may hold ** and `."""

    title: str
    texts: Sequence[str] = ()
    points: Sequence[str] = ()
    tables: Sequence[Titled] = ()
    figures: Sequence[Figure] = ()
    code: str = ""


@dataclass(frozen=True)
class Report:
    """The whole: what was asked, what the student wrote, and everything measured."""

    title: str
    question: str
    origin: str
    note: str
    sections: Sequence[Section]


def render(report: Report) -> str:
    """The report as one HTML page."""
    return _template().render(report=report, colours=COLOURS, today=numbers.day(datetime.now(UTC)))


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    here = FileSystemLoader(Path(__file__).parent)
    pages = Environment(loader=here, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    pages.filters["marked"] = marked
    return pages.get_template(TEMPLATE)


def marked(text: str) -> Markup:
    """A sentence of the app's with its bold words and its code; everything else in it is text.

    A mark that a backslash keeps from being one (``guard.literal``) stands there without it.
    """
    safe = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(text)))
    code = re.sub(r"`(.+?)`", r"<code>\1</code>", safe)
    return Markup(re.sub(r"\\(?=[^A-Za-z0-9\s])", "", code))


def drawn(figure: Any, name: str, title: str, caption: str) -> Figure:
    """One of the app's charts, drawn."""
    return Figure(title, Markup(svg.draw(figure, name, caption)), caption)


# -- parts that every report has


def origin(run: Run, provenance: Provenance | None) -> str:
    """Where the numbers come from, in one line."""
    how = {"recorded": "Recorded", "imported": "Imported from a file; measured"}.get(run.origin, "Measured")
    if provenance is None:
        return f"Run {run.id}."
    weights = "from published weights" if provenance.source == "pretrained" else "trained from scratch"
    when = numbers.day(provenance.recorded_at)
    return f"{how} on {provenance.device}, {when}. Run {run.id}. Its teacher was {weights}."


SAME_AGAIN = (
    "The same settings on the command line. They give the same figures on the same kind of processor, with as many "
    "threads and the same library versions:"
)


def settings_section(config: RunConfig, command: str) -> Section:
    """Every setting that had a say, and the command that runs the same again."""
    table = Titled("", tables.settings_table(config, (n for n in RunConfig.model_fields if fields.applies(n, config))))
    return Section("Settings", (SAME_AGAIN,), tables=(table,), code=command)


def flags(config: RunConfig, without: Sequence[str] = ()) -> str:
    """The command line's flags for a config: all of them, for defaults may change."""
    parts = []
    for name, value in config:
        extra: Any = RunConfig.model_fields[name].json_schema_extra
        given = " ".join(value) if isinstance(value, tuple) else str(value)
        if name not in without and given:
            text = shlex.quote(given) if isinstance(value, str) else given
            parts.append(f"--{extra['flag'] or name.replace('_', '-')} {text}")
    return " ".join(parts)


def provenance_section(run: Run, provenance: Provenance | None) -> Section:
    """Weights, data, teacher, machine and versions."""
    if provenance is None:
        return Section("Where these numbers come from", ("The run did not say.",))
    facts = provenance_facts(provenance, run)
    points = [f"**{name}:** {value}" for name, value in facts.items()]
    return Section("Where these numbers come from", (provenance.notice,) if provenance.notice else (), points)
