"""Plotly figures of an experiment's cells. Pure functions; each chart has a fixed height and a text alternative.

Every cell is drawn as it was measured: faint dots are single seeds, lines and bars are means over seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean
from textwrap import wrap

import plotly.graph_objects as go

from simulator.events import CellFinished
from simulator.experiments.base import AxisValue
from simulator.figures import numbers
from ui.figures.charts import COLOURS, NEUTRAL, figure, nothing_yet
from ui.figures.experiments.views import View

HEIGHT = 380
LEGEND_LINE = 20
OF_STUDENT = {"control": COLOURS["control"], "distilled": COLOURS["distilled"]}
# For lines that are not variants: colours distinct from the variants' and from each other.
PALETTE = ("#736CD5", "#AB8810", "#1D7349", "#D86B7A", "#715F84", "#4395C1", "#95581E")
SYMBOLS = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star")

Point = tuple[AxisValue, list[float]]
"""A place along the axis, and the value that each seed measured there."""


def draw(view: View, value: str, cells: Sequence[CellFinished], axes: dict[str, tuple[AxisValue, ...]]) -> go.Figure:
    """Draw the cells in their experiment's chart.

    Args:
        value: The name of a measured value.
        axes: Setting -> all its values, so that the axes do not move while cells arrive.
    """
    with_value = [cell for cell in cells if value in cell.values]
    chart = {"lines": lines, "bars": bars, "groups": groups, "heat": heat}[view.kind](view, value, with_value, axes)
    if not with_value:
        nothing_yet(chart, "Nothing is measured yet")
    return chart


def scale(view: View, value: str) -> float:
    """Return the factor for display: fractions are shown in per cent."""
    return 1.0 if value in view.quantities.plain else 100.0


def title(view: View, value: str) -> str:
    """Return the axis title, with its unit."""
    return view.quantities.titles[value] + ("" if value in view.quantities.plain else " (%)")


def written(view: View, value: str, number: float) -> str:
    """Write a value as labels show it."""
    return numbers.three(number) if value in view.quantities.plain else numbers.percent(number)


def axis_name(setting: str) -> str:
    """Return a coordinate's name as a title."""
    return setting.replace("_", " ").capitalize()


def shown(value: AxisValue) -> str:
    """Return a coordinate's value as a label."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return numbers.setting(value) if isinstance(value, float) else str(value)


def series(view: View, value: str, cells: Sequence[CellFinished]) -> dict[str, list[Point]]:
    """Return line -> its points along the axis; one line named "" if the view has none."""
    found: dict[str, dict[AxisValue, list[float]]] = {}
    for cell in cells:
        if view.x in cell.at and (view.line is None or view.line in cell.at):
            name = shown(cell.at[view.line]) if view.line else ""
            found.setdefault(name, {}).setdefault(cell.at[view.x], []).append(cell.values[value])
    return {name: sorted(points.items(), key=lambda p: float(p[0])) for name, points in found.items()}


def lines(view: View, value: str, cells: Sequence[CellFinished], axes: dict[str, tuple[AxisValue, ...]]) -> go.Figure:
    """Draw a line for each ``view.line`` along ``view.x``."""
    found, factor = series(view, value, cells), scale(view, value)
    chart = figure(HEIGHT, axis_name(view.x or ""), title(view, value), legend=bool(view.line))
    if len(found) > len(PALETTE):  # many lines: a legend below the chart, so that it keeps its width on a phone
        below = {"orientation": "v", "yanchor": "top", "y": -0.22, "x": 0}
        chart.update_layout(height=HEIGHT + LEGEND_LINE * len(found), legend=below, margin={"t": 8})
    for number, (name, points) in enumerate(found.items()):
        colour = OF_STUDENT.get(name, PALETTE[number % len(PALETTE)])
        symbol = SYMBOLS[(number // len(PALETTE) + number) % len(SYMBOLS)]
        chart.add_scatter(
            x=[x for x, seeds in points for _ in seeds],
            y=[factor * y for _, seeds in points for y in seeds],
            mode="markers",
            marker={"color": colour, "size": 5},
            opacity=0.45,
            showlegend=False,
            hoverinfo="skip",
        )
        chart.add_scatter(
            x=[x for x, _ in points],
            y=[factor * mean(seeds) for _, seeds in points],
            mode="lines+markers",
            name=name,
            customdata=[[name]] * len(points),
            line={"color": colour, "width": 2},
            marker={"symbol": symbol, "size": 8},
            hovertemplate=f"{name or value}, {view.x} %{{x}}: %{{y:.4g}}<extra></extra>",
        )
    along = [float(x) for x in axes.get(view.x or "", ())]
    if along:
        room = 0.04 * (max(along) - min(along)) or 1.0
        chart.update_xaxes(range=[min(along) - room, max(along) + room], tickvals=along)
    return chart


def bars(view: View, value: str, cells: Sequence[CellFinished], axes: dict[str, tuple[AxisValue, ...]]) -> go.Figure:
    """Draw a bar for each place: those without ``view.x`` under their student's name, then along ``view.x``."""
    chart = figure(HEIGHT, "", title(view, value), legend=False)
    factor, found = scale(view, value), bar_groups(view, value, cells)
    chart.add_bar(
        x=list(found),
        y=[factor * mean(seeds) for seeds in found.values()],
        marker={"color": [OF_STUDENT.get(name, COLOURS["distilled"]) for name in found]},
        text=[written(view, value, mean(seeds)) for seeds in found.values()],
        textposition="inside",
        hovertemplate="%{x}: %{y:.4g}<extra></extra>",
    )
    chart.add_scatter(
        x=[name for name, seeds in found.items() for _ in seeds],
        y=[factor * y for seeds in found.values() for y in seeds],
        mode="markers",
        marker={"color": NEUTRAL, "size": 7, "line": {"width": 1}},
        hoverinfo="skip",
    )
    if value in view.quantities.references:
        at, source = view.quantities.references[value]
        chart.add_hline(y=factor * at, line_dash="dot", annotation_text=f"{written(view, value, at)} {source}")
    names = ["control", *(f"{view.x} {shown(x)}" for x in axes.get(view.x or "", ()))]
    chart.update_xaxes(type="category", categoryorder="array", categoryarray=names, range=[-0.5, len(names) - 0.5])
    if value not in view.quantities.plain:
        chart.update_yaxes(range=[0, 108])
    return chart


def groups(view: View, value: str, cells: Sequence[CellFinished], axes: dict[str, tuple[AxisValue, ...]]) -> go.Figure:
    """Draw, for each ``view.x``, a bar for each ``view.line`` side by side, with each seed as a dot."""
    chart, factor = figure(HEIGHT, "", title(view, value)), scale(view, value)
    found: dict[str, dict[str, list[float]]] = {}
    for cell in cells:
        name, place = shown(cell.at[view.line or ""]), shown(cell.at[view.x or ""])
        found.setdefault(name, {}).setdefault(folded(place), []).append(cell.values[value])
    for colour, (name, places) in zip(PALETTE, found.items(), strict=False):
        chart.add_bar(
            x=list(places),
            y=[factor * mean(seeds) for seeds in places.values()],
            name=name,
            marker={"color": colour},
            text=[written(view, value, mean(seeds)) for seeds in places.values()],
            textposition="inside",
            insidetextanchor="start",  # the seeds are at the other end
            offsetgroup=name,
            hovertemplate=f"%{{x}}, {name}: %{{y:.4g}}<extra></extra>",
        )
        chart.add_box(
            x=[place for place, seeds in places.items() for _ in seeds],
            y=[factor * y for seeds in places.values() for y in seeds],
            boxpoints="all",
            pointpos=0,
            jitter=0.4,
            line={"color": "rgba(0,0,0,0)"},
            fillcolor="rgba(0,0,0,0)",
            marker={"color": NEUTRAL, "size": 5},
            offsetgroup=name,
            showlegend=False,
            hoverinfo="skip",
        )
    chart.update_layout(barmode="group", boxmode="group")
    if value not in view.quantities.plain:
        chart.update_yaxes(range=[0, 108])
    return chart


def folded(name: str) -> str:
    """Break a name of several words into short lines, so that neighbouring names do not overlap."""
    return "<br>".join(wrap(name, 11))


def bar_groups(view: View, value: str, cells: Sequence[CellFinished]) -> dict[str, list[float]]:
    """Return name of a bar -> the value that each seed measured."""
    found: dict[str, list[float]] = {}
    for cell in cells:
        name = f"{view.x} {shown(cell.at[view.x])}" if view.x in cell.at else shown(cell.at.get("student", ""))
        found.setdefault(name, []).append(cell.values[value])
    return found


def heat(view: View, value: str, cells: Sequence[CellFinished], axes: dict[str, tuple[AxisValue, ...]]) -> go.Figure:
    """Draw a map: one setting along, one upwards; cells not measured yet stay empty."""
    names = list(axes) or [name for name in (view.x, view.line) if name]
    along, upwards = names[0], names[1] if len(names) > 1 else ""
    columns = list(axes.get(along, ()) or dict.fromkeys(c.at[along] for c in cells))
    rows = list(axes.get(upwards, ()) or dict.fromkeys(c.at.get(upwards, "") for c in cells))
    found: dict[tuple[AxisValue, AxisValue], list[float]] = {}
    for cell in cells:
        found.setdefault((cell.at[along], cell.at.get(upwards, "")), []).append(cell.values[value])
    grid = [[mean(found[x, y]) if (x, y) in found else None for x in columns] for y in rows]
    chart = figure(HEIGHT, axis_name(along), axis_name(upwards), legend=False)
    chart.add_heatmap(
        z=grid,
        x=[shown(x) for x in columns],
        y=[shown(y) for y in rows],
        text=[["" if z is None else written(view, value, z) for z in row] for row in grid],
        texttemplate="%{text}",
        colorscale="Cividis",
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate=f"{along} %{{x}}, {upwards} %{{y}}: %{{text}}<extra></extra>",
    )
    chart.update_xaxes(type="category")
    chart.update_yaxes(type="category")
    return chart


def alt(view: View, value: str, cells: Sequence[CellFinished]) -> str:
    """Describe the cells so far in words: their number, the highest and the lowest."""
    with_value = [cell for cell in cells if value in cell.values]
    if not with_value:
        return f"{view.quantities.titles[value]}: no cell is measured yet."
    high, low = (pick(with_value, key=lambda c: c.values[value]) for pick in (max, min))
    places = [", ".join(f"{k} {shown(v)}" for k, v in cell.at.items()) for cell in (high, low)]
    title = view.quantities.titles[value]
    return (
        f"{title}, {len(with_value)} cells: highest {written(view, value, high.values[value])} at "
        f"{places[0]}, lowest {written(view, value, low.values[value])} at {places[1]}."
    )
