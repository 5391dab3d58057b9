"""A small drawing of what shipped runs measured, for lists: a dot for every result, and no names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from simulator.events import CellFinished
from simulator.figures import numbers
from simulator.runs.recorded import Recorded
from ui.figures.experiments.cell_charts import written
from ui.figures.experiments.views import view_of
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


def _dots(recorded: Sequence[Recorded]) -> list[Dot]:
    return [dot for one in recorded for dot in (_of_cells(one) if one.run.experiment else _of_variants(one))]


def _of_variants(recorded: Recorded) -> list[Dot]:
    return [Dot(recorded.run.id + m.name, m.accuracy, numbers.percent(m.accuracy)) for m in recorded.measurements]


def _of_cells(recorded: Recorded) -> list[Dot]:
    assert recorded.run.experiment is not None
    view = view_of(recorded.run.experiment.entry)
    first = next(iter(view.quantities.titles))
    cells = [event for event in recorded.events if isinstance(event, CellFinished)]
    places = [str(cell.at[view.x] if view.x else cell.at) for cell in cells]
    values = [cell.values[first] for cell in cells]
    return [Dot(place, value, written(view, first, value)) for place, value in zip(places, values, strict=True)]


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
    axes = f'<path d="M4 0V{HEIGHT - 4}H{WIDTH}" stroke="currentColor" stroke-opacity=".35" fill="none"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" aria-hidden="true">'
        f"{axes}{''.join(drawn)}</svg>"
    )
