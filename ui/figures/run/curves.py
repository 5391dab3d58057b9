"""How the students learned: losses and validation accuracy by epoch, each with a sentence that says what it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import plotly.graph_objects as go

from simulator.events import EpochFinished, LossPoint, Variant
from simulator.figures import numbers
from ui.figures.charts import COLOURS, DASHES, SYMBOLS, figure, nothing_yet

Term = Literal["hard", "soft", "total"]
TERM_TITLES: dict[Term, str] = {"hard": "Hard loss", "soft": "Soft loss", "total": "Total loss"}
MOST_POINTS = 400


def losses(
    points: Mapping[Variant, Sequence[LossPoint]],
    term: Term,
    variants: Sequence[Variant],
    last_epoch: int | None = None,
) -> go.Figure:
    """Draw one term of the loss by epoch: every logged step faint, the running mean bold.

    Args:
        last_epoch: Where the horizontal axis ends, so that it does not move while the curves grow.
    """
    chart = figure(300, "Epoch", f"{TERM_TITLES[term]} (nats)")
    for variant in variants:
        pairs = loss_series(points.get(variant, ()), term)
        x, y = [epoch for epoch, _ in pairs], [value for _, value in pairs]
        line = {"color": COLOURS[variant], "dash": DASHES[variant]}
        chart.add_scatter(
            x=x, y=y, mode="lines", line={**line, "width": 1}, opacity=0.3, hoverinfo="skip", showlegend=False
        )
        chart.add_scatter(
            x=x,
            y=running_mean(y),
            mode="lines" if len(x) > 1 else "markers",
            name=variant,
            line={**line, "width": 2.5},
            hovertemplate=f"{variant}, epoch %{{x:.2f}}: %{{y:.3f}}<extra></extra>",
        )
    chart.update_yaxes(rangemode="tozero")
    chart.update_xaxes(**({"range": [0, last_epoch]} if last_epoch else {"rangemode": "tozero"}))
    if not any(loss_series(points.get(variant, ()), term) for variant in variants):
        nothing_yet(chart, "The curve begins with the first steps")
    return chart


def loss_series(points: Sequence[LossPoint], term: Term) -> list[tuple[float, float]]:
    """Return (epoch, value) of a term, thinned evenly to at most MOST_POINTS; empty if the term does not exist."""
    pairs = [(p.epoch, value) for p in points if (value := getattr(p, term)) is not None]
    stride = -(-len(pairs) // MOST_POINTS) or 1
    return pairs[::stride]


def running_mean(values: Sequence[float]) -> list[float]:
    """Average each value with those before it, over a fifteenth of the series (at most 25 values)."""
    window = _window(values)
    return [sum(part) / len(part) for i in range(len(values)) if (part := values[max(0, i + 1 - window) : i + 1])]


def _window(values: Sequence[float]) -> int:
    return max(1, min(25, len(values) // 15))


def _last_mean(values: Sequence[float]) -> float:
    """Return the end of the running mean, without the rest of it: a live screen asks for it several times a second."""
    part = values[-_window(values) :]
    return sum(part) / len(part)


def losses_alt(points: Mapping[Variant, Sequence[LossPoint]], term: Term, variants: Sequence[Variant]) -> str:
    """Say in words how far each curve has come."""
    texts = []
    for variant in variants:
        pairs = loss_series(points.get(variant, ()), term)
        if pairs:
            values = [value for _, value in pairs]
            texts.append(f"{variant} went from {numbers.three(values[0])} to {numbers.three(_last_mean(values))}")
    return f"{TERM_TITLES[term]} by epoch: " + ("; ".join(texts) if texts else "no steps yet") + "."


def validation(epochs: Mapping[Variant, Sequence[EpochFinished]], variants: Sequence[Variant]) -> go.Figure:
    """Draw the accuracy on the validation split after each epoch."""
    chart = figure(300, "Epoch", "Validation accuracy (%)")
    for variant in variants:
        of_variant = epochs.get(variant, ())
        chart.add_scatter(
            x=[e.epoch for e in of_variant],
            y=[100 * e.validation_accuracy for e in of_variant],
            mode="lines+markers",
            name=variant,
            line={"color": COLOURS[variant], "dash": DASHES[variant], "width": 2.5},
            marker={"symbol": SYMBOLS[variant], "size": 8},
            cliponaxis=False,
            hovertemplate=f"{variant}, epoch %{{x}}: %{{y:.1f}} %<extra></extra>",
        )
    chart.update_xaxes(rangemode="tozero")
    chart.update_yaxes(range=[0, 100])  # it does not move while the curves grow
    if not variants:
        nothing_yet(chart, "The first value comes with the first epoch")
    return chart


def validation_alt(epochs: Mapping[Variant, Sequence[EpochFinished]], variants: Sequence[Variant]) -> str:
    """Give the latest validation accuracy of each variant, in words."""
    texts = [
        f"{v} {numbers.percent(epochs[v][-1].validation_accuracy)} after epoch {epochs[v][-1].epoch}"
        for v in variants
        if epochs.get(v)
    ]
    return "Validation accuracy: " + ("; ".join(texts) if texts else "no epoch is over yet") + "."
