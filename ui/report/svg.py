"""Our Plotly figures as static SVG, for pages without scripts and for paper.

It draws what the app's charts are made of (lines, markers, bars, error bars, heat maps) and refuses anything
else. Text and lines that belong to no variant take the page's colour, so one drawing serves light and dark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from simulator.figures import numbers
from ui.figures.run.details import mixed, readable_on
from ui.report import svg_axes
from ui.report.svg_axes import FONT, Axis, width_of
from ui.report.svg_marks import DASHES, HATCHES, coordinate, corners_of, marker

WIDTH = 440
MOST_LABEL = 110  # pixels of a tilted label below the axis


@dataclass
class Sheet:
    """Collects the elements of a drawing.

    Attributes:
        name: The beginning of every id in it, so that several drawings can share a page.
    """

    name: str
    x: Axis
    y: Axis
    parts: list[str] = field(default_factory=list)
    hatches: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, tag: str, text: str = "", **attributes: object) -> None:
        """Add an element; ``text`` is its content or, for a shape, its tooltip."""
        written = "".join(f' {key.replace("_", "-")}="{escape(_short(value))}"' for key, value in attributes.items())
        within = escape(text) if tag == "text" else f"<title>{escape(text)}</title>" if text else ""
        self.parts.append(f"<{tag}{written}>{within}</{tag}>")

    def hatch(self, colour: str, shape: str) -> str:
        """Return the fill of a hatched area."""
        found = self.hatches.setdefault((colour, shape), f"{self.name}-h{len(self.hatches)}")
        return f"url(#{found})"


def _short(value: object) -> str:
    return coordinate(value).removesuffix(".0") if isinstance(value, float) else str(value)


def draw(figure: go.Figure, name: str, alt: str) -> str:
    """Return the figure as an ``<svg>`` element.

    Args:
        name: Unique on the page; letters, digits and hyphens.
        alt: What it shows, in words.

    Raises:
        ValueError: if it has a kind of trace that is not drawn here.
    """
    for trace in figure.data:
        if trace.type != "bar" and trace.type not in DRAW:
            raise ValueError(f"a trace of type {trace.type} is not drawn as SVG")
    entries = [t for t in figure.data if t.name and t.showlegend is not False] if figure.layout.showlegend else []
    rows = legend_rows([t.name for t in entries])
    x, y, height = _placed(figure, 12.0 + 22 * len(rows))
    sheet = Sheet(name, x, y)
    _draw_axes(sheet, height)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    for trace in figure.data:
        if trace.type == "bar":
            _draw_bars(sheet, trace, bars.index(trace), len(bars))
        else:
            DRAW[trace.type](sheet, trace)
    _draw_words(sheet, figure)
    _draw_legend(sheet, entries, rows)
    patterns = "".join(
        f'<pattern id="{key}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<path d="{HATCHES[shape]}" stroke="{escape(colour)}" stroke-width="1.4" fill="none"/></pattern>'
        for (colour, shape), key in sheet.hatches.items()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_short(height)}" role="img" '
        f'aria-label="{escape(alt)}" font-size="{FONT}" fill="currentColor">'
        f"<defs>{patterns}</defs>{''.join(sheet.parts)}</svg>"
    )


def _placed(figure: go.Figure, top: float) -> tuple[Axis, Axis, float]:
    """Return both axes with their pixels, and the height of the whole drawing."""
    bars = [trace for trace in figure.data if trace.type == "bar"]
    horizontal = any(trace.orientation == "h" for trace in bars)
    layout = figure.layout
    x = svg_axes.read(layout.xaxis, list(svg_axes.drawn_along(figure, "x")), bool(bars) and horizontal)
    y = svg_axes.read(layout.yaxis, list(svg_axes.drawn_along(figure, "y")), bool(bars) and not horizontal)
    left = 12 + min(y.widest, 190) + (20 if y.title else 0)
    x = replace(x, start=left, end=WIDTH - 14.0)
    below = 20 + (min(MOST_LABEL, 0.6 * x.widest + 8) if tilted(x) else 0) + (20 if x.title else 0)
    bottom = float(layout.height) - below
    return x, replace(y, start=bottom, end=top), float(layout.height)


def tilted(x: Axis) -> bool:
    """Whether the labels below the axis are too wide to stand side by side."""
    room = (x.end - x.start) / max(1, len(x.ticks))
    return bool(x.categories) and x.widest > room


def _draw_axes(sheet: Sheet, height: float) -> None:
    x, y = sheet.x, sheet.y
    for value, label in y.ticks:
        at = y.start + (y.end - y.start) * (value - y.low) / (y.high - y.low)
        if not y.categories:
            sheet.add("line", x1=x.start, x2=x.end, y1=at, y2=at, stroke="currentColor", opacity=0.15)
        sheet.add("text", label, x=x.start - 6, y=at + 4, text_anchor="end")
    turn = tilted(x)
    for value, label in x.ticks:
        at = x.start + (x.end - x.start) * (value - x.low) / (x.high - x.low)
        place = {"x": at, "y": y.start + 16, "text_anchor": "middle"}
        if turn:
            place |= {"text_anchor": "end", "transform": f"rotate(-35 {coordinate(at)} {coordinate(y.start + 16)})"}
        sheet.add("text", label, **place)
    sheet.add("line", x1=x.start, x2=x.end, y1=y.start, y2=y.start, stroke="currentColor", opacity=0.5)
    if x.title:
        sheet.add("text", x.title, x=(x.start + x.end) / 2, y=height - 6, text_anchor="middle")
    if y.title:
        middle = (y.start + y.end) / 2
        sheet.add(
            "text", y.title, x=12, y=middle, text_anchor="middle", transform=f"rotate(-90 12 {coordinate(middle)})"
        )


def _draw_scatter(sheet: Sheet, trace: Any) -> None:
    places = [(sheet.x.at(x), sheet.y.at(y)) for x, y in zip(trace.x or (), trace.y or (), strict=True)]
    opacity = 1.0 if trace.opacity is None else trace.opacity
    if "lines" in trace.mode and len(places) > 1:
        path = corners_of(places)
        dash = DASHES.get(trace.line.dash, "none")
        sheet.add(
            "path", d=path, fill="none", stroke=trace.line.color, opacity=opacity, stroke_dasharray=dash,
            stroke_width=trace.line.width or 2, stroke_linejoin="round",
        )  # fmt: skip
    _draw_errors(sheet, trace, [x for x, _ in places])
    if "markers" in trace.mode:
        has_tooltip = trace.hoverinfo != "skip"
        for (x, y), across, up in zip(places, trace.x or (), trace.y or (), strict=True):
            size = (trace.marker.size or 8) / 2
            shape = marker(trace.marker.symbol or "circle", x, y, size)
            text = f"{trace.name or ''} {across}: {numbers.reading(up)}".strip() if has_tooltip else ""
            colour = trace.marker.color or trace.line.color
            sheet.add("path", text, d=shape, fill=colour, stroke=colour, opacity=opacity)


def _draw_errors(sheet: Sheet, trace: Any, places: Sequence[float]) -> None:
    error = trace.error_y
    if error is None or error.array is None:
        return
    for x, y, up, down in zip(places, trace.y, error.array, error.arrayminus, strict=True):
        top, bottom = sheet.y.at(y + up), sheet.y.at(y - down)
        caps = "".join(f"M{coordinate(x - 4)} {coordinate(end)}h8" for end in (top, bottom))
        path = f"M{coordinate(x)} {coordinate(top)}V{coordinate(bottom)}{caps}"
        sheet.add("path", d=path, fill="none", stroke=error.color, stroke_width=1.5)


def _draw_bars(sheet: Sheet, trace: Any, number: int, of: int) -> None:
    """Draw the bars of one trace, beside those of the others; horizontal if the trace is."""
    horizontal = trace.orientation == "h"
    names, values = (trace.y, trace.x) if horizontal else (trace.x, trace.y)
    along, up = (sheet.y, sheet.x) if horizontal else (sheet.x, sheet.y)
    wide, middles = 0.8 * along.band() / of, []
    texts = trace.text if trace.text is not None else [""] * len(names)
    for i, (name, value, text) in enumerate(zip(names, values, texts, strict=True)):
        middle = along.at(name) + (number - (of - 1) / 2) * wide
        middles.append(middle)
        if value is None:
            continue
        colour = trace.marker.color if isinstance(trace.marker.color, str) else trace.marker.color[i]
        shape = trace.marker.pattern.shape if trace.marker.pattern.shape else ""
        fill = sheet.hatch(colour, shape) if shape else colour
        near, far = sorted((up.at(0), up.at(value)))
        box = (near, middle - wide * 0.46, far - near, wide * 0.92)
        x, y, width, height = box if horizontal else (box[1], box[0], box[3], box[2])
        tooltip = f"{name}{f', {trace.name}' if trace.name else ''}: {numbers.reading(value)}"
        sheet.add("rect", tooltip, x=x, y=y, width=width, height=height, fill=fill, stroke=colour)
        if text:
            sheet.add(
                "text", text, x=x + width / 2, y=y + 16, text_anchor="middle", style=f"fill:{readable_on(colour)}"
            )
    _draw_errors(sheet, trace, middles)


def _draw_heat(sheet: Sheet, trace: Any) -> None:
    known = [z for row in trace.z for z in row if z is not None]
    low = min(known, default=0.0) if trace.zmin is None else trace.zmin
    high = max(known, default=1.0) if trace.zmax is None else trace.zmax
    texts = trace.text if trace.text is not None else [[""] * len(row) for row in trace.z]
    wide, tall = sheet.x.band(), sheet.y.band()
    for name, row, words in zip(trace.y, trace.z, texts, strict=True):
        for column, z, text in zip(trace.x, row, words, strict=True):
            if z is None:
                continue
            colour = scaled(trace.colorscale, (z - low) / ((high - low) or 1))
            x, y = sheet.x.at(column), sheet.y.at(name)
            tooltip = f"{name}, {column}: {text or z}"
            sheet.add(
                "rect", tooltip, x=x - wide / 2 + 1, y=y - tall / 2 + 1, width=wide - 2, height=tall - 2, fill=colour
            )
            if text:
                sheet.add("text", text, x=x, y=y + 4, text_anchor="middle", style=f"fill:{readable_on(colour)}")


def scaled(colorscale: Sequence[tuple[float, str]], share: float) -> str:
    """Return the colour at a share of a scale of hexadecimal colours."""
    for (start, first), (end, last) in pairwise(colorscale):
        if share <= end:
            return mixed(first, last, (share - start) / (end - start))
    return colorscale[-1][1]


DRAW: dict[str, Callable[[Sheet, Any], None]] = {"scatter": _draw_scatter, "heatmap": _draw_heat}


def _draw_words(sheet: Sheet, figure: go.Figure) -> None:
    """Draw horizontal lines, and annotations at a value or in the middle."""
    for shape in figure.layout.shapes:
        at, dash = sheet.y.at(shape.y0), DASHES.get(shape.line.dash, "none")
        sheet.add("line", x1=sheet.x.start, x2=sheet.x.end, y1=at, y2=at, stroke="currentColor", stroke_dasharray=dash)
    for note in figure.layout.annotations:
        if note.xref in (None, "x"):
            style = {"style": f"fill:{note.font.color}"} if note.font.color else {}
            sheet.add("text", note.text, x=sheet.x.at(note.x), y=sheet.y.at(note.y) + 4, text_anchor="middle", **style)
        elif note.yref == "y":
            sheet.add("text", note.text, x=sheet.x.end, y=sheet.y.at(note.y) - 5, text_anchor="end")
        else:
            middle = (sheet.y.start + sheet.y.end) / 2
            sheet.add("text", note.text, x=(sheet.x.start + sheet.x.end) / 2, y=middle, text_anchor="middle")


def legend_rows(names: Sequence[str]) -> list[list[int]]:
    """Return the numbers of the entries in each row of the legend."""
    rows: list[list[int]] = []
    used = float(WIDTH)
    for number, name in enumerate(names):
        if used + _entry_width(name) > WIDTH:
            rows.append([])
            used = 12.0
        rows[-1].append(number)
        used += _entry_width(name)
    return rows


def _entry_width(name: str) -> float:
    return 40 + width_of(name)


def _draw_legend(sheet: Sheet, entries: Sequence[Any], rows: Sequence[Sequence[int]]) -> None:
    for row, places in enumerate(rows):
        x, y = 12.0, 14.0 + 20 * row
        for trace in (entries[place] for place in places):
            for tag, attributes in _sample(sheet, trace, x, y):
                sheet.add(tag, "", **attributes)
            sheet.add("text", trace.name, x=x + 30, y=y + 4)
            x += _entry_width(trace.name)


def _sample(sheet: Sheet, trace: Any, x: float, y: float) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the elements before a name in the legend."""
    if trace.type == "bar":
        several = not isinstance(trace.marker.color, str)
        colour = "currentColor" if several else trace.marker.color
        fill = sheet.hatch(colour, trace.marker.pattern.shape) if trace.marker.pattern.shape else colour
        yield "rect", {"x": x, "y": y - 6, "width": 24, "height": 12, "fill": fill, "stroke": colour}
        return
    if "lines" in trace.mode:
        dash = DASHES.get(trace.line.dash, "none")
        line = {"stroke": trace.line.color, "stroke_dasharray": dash, "stroke_width": 2.5}
        yield "line", {"x1": x, "x2": x + 24, "y1": y, "y2": y, **line}
    if "markers" in trace.mode:
        colour = trace.marker.color or trace.line.color
        yield "path", {"d": marker(trace.marker.symbol or "circle", x + 12, y, 5), "fill": colour, "stroke": colour}
