"""A small drawing for lists: a dot for every result of shipped runs, or the empty chart that a run would fill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from simulator.events import CellFinished, Coordinates
from simulator.experiments import ExperimentConfig
from simulator.figures import numbers
from simulator.runs.recorded import Recorded
from ui.figures.experiments.cell_charts import axis_name, written
from ui.figures.experiments.views import View, view_of
from ui.figures.parts import Panel, Picture
from ui.figures.run.shapes import at

WIDTH, HEIGHT, RADIUS, EDGE = 160, 72, 3.5, 9


class Dot(NamedTuple):
    """A result: the place it stands above, its value, and that value as written."""

    place: str
    value: float
    text: str


def thumbnail(key: str, recorded: Sequence[Recorded]) -> Picture:
    """Draw the results of shipped runs (every variant) or experiments (every cell) on one scale.

    Args:
        key: Unique on the page.
    """
    return Picture(key, [Panel("", "", _svg(_dots(recorded)), f"A dot for each result. {teaser(recorded)}")])


def teaser(recorded: Sequence[Recorded]) -> str:
    """Say how far apart the results are, and not which is which."""
    dots = sorted(_dots(recorded), key=lambda dot: dot.value)
    experiment = recorded[0].run.experiment
    what = next(iter(experiment.entry.quantities.titles.values())) if experiment else "Test accuracy"
    return f"{len(dots)} recorded results. {what}: {dots[0].text} to {dots[-1].text}."


def sketch(key: str, planned: ExperimentConfig) -> Picture:
    """Draw the empty chart of an experiment of which nothing is recorded: a dashed line for each place, and no result.

    Args:
        key: Unique on the page.
    """
    alt = f"A sketch of an empty chart, without results. {promise(planned)}"
    return Picture(key, [Panel("", "", _empty_svg(len(_planned_places(planned))), alt)])


def promise(planned: ExperimentConfig) -> str:
    """Say that nothing is recorded yet, and what a run would show."""
    view, places = view_of(planned.entry), planned.places()
    shown = f"{len(places)} results" if places else "results"
    what = next(iter(view.quantities.titles.values()))
    along = f", by {axis_name(view.x).lower()}" if view.x and view.kind != "heat" else ""  # a map has two axes
    return f'Nothing is recorded yet. A run would show {shown} for "{what}"{along}.'


def _planned_places(planned: ExperimentConfig) -> list[str]:
    """Return the places along the axis; of a scan, whose layers only the engine knows, the values of its own axis."""
    view, places = view_of(planned.entry), planned.places()
    if places is None:
        return [str(value) for axis in planned.axes for value in axis.values if axis.setting == view.x]
    return list(dict.fromkeys(_place(at, view) for at, _ in places))


def _place(at: Coordinates, view: View) -> str:
    """Return the place of a cell along the axis; one without this coordinate, such as a control, has its own."""
    return str(at.get(view.x or "", str(at)))


def _dots(recorded: Sequence[Recorded]) -> list[Dot]:
    return [dot for one in recorded for dot in (_of_cells(one) if one.run.experiment else _of_variants(one))]


def _of_variants(recorded: Recorded) -> list[Dot]:
    return [Dot(recorded.run.id + m.name, m.accuracy, numbers.percent(m.accuracy)) for m in recorded.measurements]


def _of_cells(recorded: Recorded) -> list[Dot]:
    assert recorded.run.experiment is not None
    view = view_of(recorded.run.experiment.entry)
    first = next(iter(view.quantities.titles))
    cells = [event for event in recorded.events if isinstance(event, CellFinished) and first in event.values]
    return [Dot(_place(c.at, view), c.values[first], written(view, first, c.values[first])) for c in cells]


def _svg(dots: Sequence[Dot]) -> str:
    """Draw dots from left to right by place, from bottom to top by value, between two axes."""
    places = {place: number for number, place in enumerate(dict.fromkeys(dot.place for dot in dots))}
    low, high = min(dot.value for dot in dots), max(dot.value for dot in dots)
    across = (WIDTH - 3 * EDGE) / max(1, len(places) - 1)
    up = (HEIGHT - 3 * EDGE) / ((high - low) or 1)
    drawn = (
        f'<circle cx="{at(2 * EDGE + across * places[dot.place])}" cy="{at(EDGE + up * (high - dot.value))}" '
        f'r="{RADIUS}" fill="var(--st-primary-color)" fill-opacity=".6"/>'
        for dot in dots
    )
    return _framed("".join(drawn))


def _empty_svg(places: int) -> str:
    """Draw a dashed line for each place between the axes, and a question mark in front of them."""
    across = (WIDTH - 3 * EDGE) / max(1, places - 1)
    lines = "".join(f"M{at(2 * EDGE + across * number)} {EDGE}V{HEIGHT - 2 * EDGE}" for number in range(places))
    x, y = WIDTH / 2, HEIGHT / 2 - EDGE / 2
    return _framed(
        f'<path d="{lines}" stroke="currentColor" stroke-opacity=".35" stroke-dasharray="2 4"/>'
        f'<circle cx="{at(x)}" cy="{at(y)}" r="15" fill="var(--st-background-color)"/>'
        f'<text x="{at(x)}" y="{at(y)}" dy=".36em" text-anchor="middle" font-size="24" fill="currentColor">?</text>'
    )


def _framed(drawn: str) -> str:
    axes = f'<path d="M4 0V{HEIGHT - 4}H{WIDTH}" stroke="currentColor" stroke-opacity=".35" fill="none"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" aria-hidden="true">'
        f"{axes}{drawn}</svg>"
    )
