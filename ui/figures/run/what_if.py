"""What the distilled student would still answer if it were pruned more or less: measured, and without retraining."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose
from statistics import fmean
from typing import NamedTuple

import plotly.graph_objects as go

from simulator.events import Swept
from simulator.figures import numbers
from simulator.figures.statistics import spread, wilson_interval
from ui.figures.charts import COLOURS, DASHES, NEUTRAL, figure

NOTICEABLE = 0.01
"""If the share of the weights that is gone differs by more than this from the sparsity asked for, the text says so."""


class Point(NamedTuple):
    """The accuracy at one sparsity, with the ends of its bar, and the weights that are gone; all are fractions."""

    sparsity: float
    removed: float
    accuracy: float
    low: float
    high: float


def points(swept: Sequence[Swept]) -> list[Point]:
    """Return what was measured: of one seed with its 95 % interval, of several their mean and standard deviation."""
    found = []
    for number, first in enumerate(swept[0].points):
        of_seeds = [of_seed.points[number] for of_seed in swept]
        removed = fmean(p.removed for p in of_seeds)
        over = spread([p.right / of_seed.examples for p, of_seed in zip(of_seeds, swept, strict=True)])
        if over.deviation is None:
            low, high = wilson_interval(first.right, swept[0].examples)
        else:
            low, high = over.mean - over.deviation, over.mean + over.deviation
        found.append(Point(first.target_sparsity, removed, over.mean, low, high))
    return found


def bars_of(swept: Sequence[Swept]) -> str:
    """Say what the bars show."""
    return "the 95 % interval" if len(swept) == 1 else f"the standard deviation over {len(swept)} seeds"


def curve(swept: Sequence[Swept], sparsity: float) -> go.Figure:
    """Draw accuracy against sparsity, with a line at one sparsity."""
    shown = points(swept)
    chart = figure(260, "Sparsity (%)", "Test accuracy (%)", legend=False, short_labels=True)
    chart.add_scatter(
        x=[100 * sparsity] * 2,
        y=[0, 100],
        mode="lines",
        line={"color": NEUTRAL, "width": 3},
        hoverinfo="skip",
    )
    chart.add_scatter(
        x=[100 * p.sparsity for p in shown],
        y=[100 * p.accuracy for p in shown],
        mode="lines+markers",
        line={"color": COLOURS["pruned"], "dash": DASHES["pruned"]},
        marker={"color": COLOURS["pruned"], "size": 8},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [100 * (p.high - p.accuracy) for p in shown],
            "arrayminus": [100 * (p.accuracy - p.low) for p in shown],
            "color": COLOURS["pruned"],
        },
        hovertemplate="%{x:.0f} %: %{y:.1f} %<extra></extra>",
    )
    chart.update_xaxes(range=[-2, 98])
    chart.update_yaxes(range=[0, 102])
    return chart


def at(swept: Sequence[Swept], sparsity: float) -> str:
    """Say what was measured at a sparsity or, between two that were measured, at both."""
    shown = points(swept)
    exact = next((p for p in shown if isclose(p.sparsity, sparsity, abs_tol=1e-6)), None)
    if exact:
        how = f"Pruned to {numbers.whole_percent(sparsity)}, without retraining" if sparsity else "Not pruned"
        ends = numbers.percent_interval(exact.low, exact.high)
        gone = f" {numbers.nearest_percent(exact.removed)} of the weights that pruning may touch are then gone."
        differs = abs(exact.removed - sparsity) > NOTICEABLE
        answers = f"{how}, the student answers **{numbers.percent(exact.accuracy)}** correctly ({ends})."
        return answers + gone * differs
    below = max((p for p in shown if p.sparsity < sparsity), key=lambda p: p.sparsity)
    above = min((p for p in shown if p.sparsity > sparsity), key=lambda p: p.sparsity, default=below)
    ends = " and ".join(f"{numbers.percent(p.accuracy)} at {numbers.whole_percent(p.sparsity)}" for p in (below, above))
    return f"{numbers.whole_percent(sparsity)} was not measured; without retraining, the student answers {ends}."


def alt(swept: Sequence[Swept]) -> str:
    """Give every point."""
    each = ", ".join(f"{numbers.percent(p.accuracy)} at {numbers.whole_percent(p.sparsity)}" for p in points(swept))
    return f"Accuracy after pruning without retraining: {each}."
