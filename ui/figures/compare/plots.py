"""Plotly figures of the variants of several runs. Pure functions; each chart has a fixed height and a text alternative.

As everywhere, a colour stands for a variant; the letter beside a point stands for its run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from typing import Any

import plotly.graph_objects as go

from ui.figures.charts import COLOURS, NEUTRAL, SYMBOLS, figure
from ui.figures.compare.axes import Axis, fitted
from ui.figures.compare.letters import HEIGHT, NEAREST, Offset, Point, offsets
from ui.figures.compare.rows import AXES, Entry, Front

Ranges = Mapping[str, tuple[float, float]]
"""Column -> the lowest and the highest value kept."""


def scatter(
    chosen: Sequence[Entry], others: Sequence[Entry], front: Front, letters: Mapping[str, str], cost: str, quality: str
) -> go.Figure:
    """Draw a quality against a cost: the chosen runs' variants with their letters, all others faint, and the front.

    The front is a staircase: nothing better has been measured between two of its points.
    """
    chosen, others = ([e for e in entries if cost in e.values and quality in e.values] for entries in (chosen, others))
    across, upwards = _axis(cost, [*chosen, *others], may_be_log=True), _axis(quality, [*chosen, *others])
    chart = figure(HEIGHT, "", "")
    chart.update_layout(dragmode="select", xaxis=across.layout(), yaxis=upwards.layout())
    chart.update_layout(legend={"itemclick": False, "itemdoubleclick": False})  # it would hide points, not letters
    _points(chart, others, cost, quality)
    x, y = staircase(front, cost, quality)
    chart.add_scatter(
        x=[AXES[cost][1] * value for value in x],
        y=[AXES[quality][1] * value for value in y],
        mode="lines",
        line={"color": NEUTRAL, "width": 2, "dash": "dash"},
        name="Pareto front",
        hoverinfo="skip",
    )
    _points(chart, chosen, cost, quality, letters)
    chart.update_layout(annotations=_letters(chosen, others, letters, [(cost, across), (quality, upwards)]))
    return chart


def _at(entry: Entry, column: str) -> float:
    """Return a figure in the unit of its axis."""
    return AXES[column][1] * entry.values[column]


def _axis(column: str, entries: Sequence[Entry], may_be_log: bool = False) -> Axis:
    """Return the axis that fits the figures, with the middle half of timed calls."""
    factor = AXES[column][1]
    values = [factor * value for e in entries for value in (e.values[column], *e.middle.get(column, ()))]
    return fitted(AXES[column][0], values, may_be_log)


def _letters(
    chosen: Sequence[Entry], others: Sequence[Entry], letters: Mapping[str, str], axes: Sequence[tuple[str, Axis]]
) -> list[dict[str, Any]]:
    """Return a letter for each chosen point; none covers another one, nor a point if there is room."""

    def places(entries: Sequence[Entry]) -> list[Point]:
        return [Point(*(axis.share(_at(e, column)) for column, axis in axes)) for e in entries]

    beside = offsets(places(chosen), places(others))
    at = [[axis.at(_at(e, column)) for column, axis in axes] for e in chosen]
    return [_letter(letters[e.run], x, y, offset) for e, (x, y), offset in zip(chosen, at, beside, strict=True)]


def _letter(letter: str, x: float, y: float, offset: Offset) -> dict[str, Any]:
    """Return a letter beside its point, with a line to it if it stands further away."""
    return {
        "text": letter,
        "x": x,
        "y": y,
        "ax": offset.x,
        "ay": -offset.y,  # Plotly counts pixels downwards
        "arrowhead": 0,
        "arrowwidth": 1,
        "arrowcolor": NEUTRAL if hypot(*offset) > NEAREST + 1 else "rgba(0, 0, 0, 0)",
        "standoff": 5,
        "borderpad": 0,
    }


def staircase(front: Front, cost: str, quality: str) -> tuple[list[float], list[float]]:
    """Return the corners of the front: a step up at each point, then on to the highest cost of all compared entries."""
    x, y = list[float](), list[float]()
    for entry in front.on_it:
        level = y[-1] if y else min(e.values[quality] for e in front.among)
        x += [entry.values[cost]] * 2
        y += [level, entry.values[quality]]
    if x:
        x.append(max(e.values[cost] for e in front.among))
        y.append(y[-1])
    return x, y


def _points(
    chart: go.Figure,
    entries: Sequence[Entry],
    cost: str,
    quality: str,
    letters: Mapping[str, str] | None = None,
) -> None:
    """Draw a point per entry: with its run's letter if letters are given, else faint."""
    x_factor, y_factor = AXES[cost][1], AXES[quality][1]
    for variant in COLOURS:
        group = [e for e in entries if e.variant == variant]
        if not group:
            continue
        x = [x_factor * e.values[cost] for e in group]
        chart.add_scatter(
            x=x,
            y=[y_factor * e.values[quality] for e in group],
            mode="markers",
            text=[letters.get(e.run, e.run) if letters else e.run for e in group],
            name=variant,
            showlegend=bool(letters),
            marker={"color": COLOURS[variant], "symbol": SYMBOLS[variant], "size": 12 if letters else 7},
            opacity=1 if letters else 0.3,
            unselected={"marker": {"opacity": 0.2}},
            error_x=_middle_halves(group, cost, x, COLOURS[variant]) if letters else None,
            customdata=[[e.run, e.variant, e.texts[quality], e.texts[cost]] for e in group],
            hovertemplate=f"%{{text}} {variant}: %{{customdata[2]}}, %{{customdata[3]}}<extra></extra>",
        )


def _middle_halves(group: Sequence[Entry], cost: str, x: Sequence[float], colour: str) -> dict[str, Any] | None:
    """Return bars from p25 to p75 of the timed calls; None for costs that were counted."""
    if not any(cost in e.middle for e in group):
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": [e.middle[cost][1] - at for e, at in zip(group, x, strict=True)],
        "arrayminus": [at - e.middle[cost][0] for e, at in zip(group, x, strict=True)],
        "color": colour,
        "thickness": 1,
    }


def scatter_alt(front: Front, letters: Mapping[str, str], cost: str, quality: str) -> str:
    """Say in words what is on the front."""
    if not front.on_it:
        return f"{AXES[quality][0]} against {AXES[cost][0]}: nothing was measured."
    points = [f"{named(e, letters)} with {e.texts[quality]} at {e.texts[cost]}" for e in front.on_it]
    return (
        f"{AXES[quality][0]} against {AXES[cost][0]}. On the Pareto front of {len(front.among)}: {'; '.join(points)}."
    )


def named(entry: Entry, letters: Mapping[str, str]) -> str:
    """Name a variant with its run (A distilled), or with the run's id if it has no letter."""
    return f"{letters.get(entry.run, f'run {entry.run}')} {entry.variant}"


def parallel(entries: Sequence[Entry], letters: Mapping[str, str], ranges: Ranges) -> go.Figure:
    """Draw every variant as a line through the figures that have a range; lines outside any range are grey."""
    names, runs = list(COLOURS), list(dict.fromkeys(e.run for e in entries))
    chart = figure(460, "", "", legend=False)
    chart.update_layout(margin={"l": 60, "r": 70, "t": 90, "b": 24})
    present = [name for name in names if any(e.variant == name for e in entries)]
    dimensions: list[dict[str, Any]] = [
        _named_axis("Variant", [present.index(e.variant) for e in entries], present),
        _named_axis("Run", [runs.index(e.run) for e in entries], [letters[run] for run in runs]),
    ]
    for title, ends in ranges.items():
        factor = AXES[title][1]
        values = [factor * e.values[title] for e in entries]
        dimension: dict[str, Any] = {"label": short(title), "values": values, "tickformat": ",.3~r"}
        low, high = (factor * end for end in ends)
        if low > min(values) or high < max(values):
            room = 1e-6 * (max(values) - min(values) or 1)  # Plotly's brush leaves out lines exactly at its ends
            dimension["constraintrange"] = [low - room, high + room]
        dimensions.append(dimension)
    scale = [[i / (len(names) - 1), COLOURS[name]] for i, name in enumerate(names)]
    chart.add_parcoords(
        line={
            "color": [names.index(e.variant) for e in entries],
            "colorscale": scale,
            "cmin": 0,
            "cmax": len(names) - 1,
        },
        dimensions=dimensions,
        labelangle=-30,
        unselected={"line": {"color": NEUTRAL, "opacity": 0.15}},
    )
    return chart


def _named_axis(label: str, places: Sequence[int], names: Sequence[str]) -> dict[str, Any]:
    return {
        "label": label,
        "values": list(places),
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
        "range": [-0.5, len(names) - 0.5],
    }


def short(title: str) -> str:
    """Return a column's name with its unit: Gzipped (MB)."""
    unit = AXES[title][0].rpartition("(")[2]
    return f"{title} ({unit}"


def parallel_alt(entries: Sequence[Entry], kept: Sequence[Entry], letters: Mapping[str, str]) -> str:
    """Say how many lines there are, how many are kept, and the best of the first axes."""
    best = max(entries, key=lambda e: e.values["Accuracy"])
    small = min(entries, key=lambda e: e.values["Gzipped"])
    return (
        f"{len(entries)} variants, one line each, {len(kept)} of them within the ranges. Most accurate: "
        f"{named(best, letters)}, {best.texts['Accuracy']}. Smallest gzipped: {named(small, letters)}, "
        f"{small.texts['Gzipped']}."
    )


def inside(entry: Entry, ranges: Ranges) -> bool:
    """Whether every figure of a variant is within its range; a missing figure is not."""
    return all(title in entry.values and low <= entry.values[title] <= high for title, (low, high) in ranges.items())
