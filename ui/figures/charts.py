"""Data -> Plotly figures. Pure functions; each figure has a fixed height and a sentence that says what it shows.

A colour stands for a variant and for nothing else, in every chart and table. The colours keep the hues of Okabe and
Ito's, grey for the control, which is the neutral yardstick; they were shifted until any two stay apart for
colour-blind eyes too and each has at least 3:1 contrast on both backgrounds (tests/ui/test_colours.py). Each variant
also has a marker or a dash of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import plotly.graph_objects as go

from simulator.events import EpochFinished, LossPoint, Measurement, Variant
from simulator.figures import numbers
from simulator.figures.statistics import by_variant, spread

COLOURS: dict[Variant, str] = {
    "teacher": "#2764B6",
    "control": "#62666A",
    "distilled": "#C8530A",
    "pruned": "#AC7CB2",
    "recovered": "#1DA165",
}
DASHES: dict[Variant, str] = {
    "teacher": "solid",
    "control": "dash",
    "distilled": "solid",
    "pruned": "dot",
    "recovered": "dashdot",
}
SYMBOLS: dict[Variant, str] = {
    "teacher": "circle",
    "control": "square",
    "distilled": "diamond",
    "pruned": "x",
    "recovered": "star",
}

NEUTRAL = "#9AA3A8"  # for what belongs to no variant; seen on white, on dark and on every bar

Term = Literal["hard", "soft", "total"]
TERM_TITLES: dict[Term, str] = {"hard": "Hard loss", "soft": "Soft loss", "total": "Total loss"}

CONFIG = {"displayModeBar": False, "responsive": True}
MOST_POINTS = 400
LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "xanchor": "left", "x": 0}


def figure(height: int, x_title: str, y_title: str, legend: bool = True, short_labels: bool = False) -> go.Figure:
    """An empty figure in the app's style: fixed height, room for the labels, and above for a legend.

    Args:
        short_labels: Numbers or short words stand at both axes, so their room is known: a chart that measures it is
            drawn twice, and one that moves with a slider has no time for that.
    """
    left, below = (56, 48) if short_labels else (8, 8)
    # handed over at once: update_layout takes Plotly seven times as long, more than all that a chart holds
    return go.Figure(
        layout={
            "height": height,
            "margin": {"l": left, "r": 8, "t": 40 if legend else 8, "b": below},
            "legend": LEGEND,
            "showlegend": legend,
            "hovermode": "closest",
            "uirevision": "keep",
            "dragmode": False,
            "xaxis": {"title": {"text": x_title}, "automargin": not short_labels},
            "yaxis": {"title": {"text": y_title}, "automargin": not short_labels},
        }
    )


def nothing_yet(chart: go.Figure, text: str) -> None:
    """Say that nothing is there yet, in place of axes that would measure nothing."""
    chart.update_layout(xaxis={"visible": False}, yaxis={"visible": False})
    chart.add_annotation(text=text, showarrow=False, xref="paper", yref="paper", x=0.5, y=0.5, opacity=0.7)


def losses(
    points: Mapping[Variant, Sequence[LossPoint]],
    term: Term,
    variants: Sequence[Variant],
    last_epoch: int | None = None,
) -> go.Figure:
    """One term of the loss by epoch: every logged step faintly, its running mean boldly.

    Args:
        last_epoch: Where the horizontal axis ends, so that it stands still while the curves grow.
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
    """(epoch, value) of a term, thinned evenly to at most MOST_POINTS; empty where the term does not exist."""
    pairs = [(p.epoch, value) for p in points if (value := getattr(p, term)) is not None]
    stride = -(-len(pairs) // MOST_POINTS) or 1
    return pairs[::stride]


def running_mean(values: Sequence[float]) -> list[float]:
    """The mean of each value and those before it, over a fifteenth of the series (at most 25 values)."""
    window = max(1, min(25, len(values) // 15))
    return [sum(part) / len(part) for i in range(len(values)) if (part := values[max(0, i + 1 - window) : i + 1])]


def losses_alt(points: Mapping[Variant, Sequence[LossPoint]], term: Term, variants: Sequence[Variant]) -> str:
    """Where each curve stands now, in words."""
    said = []
    for variant in variants:
        pairs = loss_series(points.get(variant, ()), term)
        if pairs:
            means = running_mean([value for _, value in pairs])
            said.append(f"{variant} went from {numbers.three(means[0])} to {numbers.three(means[-1])}")
    return f"{TERM_TITLES[term]} by epoch: " + ("; ".join(said) if said else "no steps yet") + "."


def validation(epochs: Mapping[Variant, Sequence[EpochFinished]], variants: Sequence[Variant]) -> go.Figure:
    """Accuracy on the validation split after each epoch."""
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
    chart.update_yaxes(range=[0, 100])  # it stands still while the curves grow
    if not variants:
        nothing_yet(chart, "The first value comes with the first epoch")
    return chart


def validation_alt(epochs: Mapping[Variant, Sequence[EpochFinished]], variants: Sequence[Variant]) -> str:
    """The latest validation accuracy of each variant, in words."""
    said = [
        f"{v} {numbers.percent(epochs[v][-1].validation_accuracy)} after epoch {epochs[v][-1].epoch}"
        for v in variants
        if epochs.get(v)
    ]
    return "Validation accuracy: " + ("; ".join(said) if said else "no epoch is over yet") + "."


def trade_off(measurements: Sequence[Measurement]) -> go.Figure:
    """Accuracy against the file's size, a point a variant: up and left is better.

    The bar is the accuracy's 95 % interval; of several seeds, the standard deviation around their mean.
    """
    chart = figure(340, "Gzipped file (MB)", "Test accuracy (%)")
    for name, ms in by_variant(measurements).items():
        accuracy, packed = spread([m.accuracy for m in ms]), spread([m.gzip_bytes for m in ms]).mean
        low, high = ms[0].accuracy_interval
        if accuracy.deviation is not None:
            low, high = accuracy.mean - accuracy.deviation, accuracy.mean + accuracy.deviation
        chart.add_scatter(
            x=[packed / 1e6],
            y=[100 * accuracy.mean],
            mode="markers",
            name=name,
            marker={"color": COLOURS[name], "symbol": SYMBOLS[name], "size": 13},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [100 * (high - accuracy.mean)],
                "arrayminus": [100 * (accuracy.mean - low)],
                "color": COLOURS[name],
            },
            hovertemplate=f"{name}: %{{y:.1f}} % at {numbers.size(packed)} gzipped<extra></extra>",
        )
    chart.update_xaxes(rangemode="tozero")
    return chart


def trade_off_alt(measurements: Sequence[Measurement]) -> str:
    """Which variant is the most accurate and which the smallest, with their figures."""
    groups = by_variant(measurements)
    right = {name: spread([m.accuracy for m in ms]).mean for name, ms in groups.items()}
    packed = {name: spread([m.gzip_bytes for m in ms]).mean for name, ms in groups.items()}
    (best, *as_good), (small, *as_small) = _leaders(right, max), _leaders(packed, min)
    at_size = "" if as_good else f" at {numbers.size(packed[best])}"
    how_good = "" if as_small else f"{numbers.percent(right[small])} at "
    return (
        f"Accuracy against gzipped size: {_and(best, *as_good)} {'are' if as_good else 'is'} the most accurate, "
        f"{numbers.percent(right[best])}{at_size}; "
        f"{_and(small, *as_small)} {'are' if as_small else 'is'} the smallest, {how_good}{numbers.size(packed[small])}."
    )


def _leaders(values: Mapping[Variant, float], pick: Callable[[Iterable[float]], float]) -> list[Variant]:
    """The variants with the best value as it is printed: those that print alike share it."""
    printed = {name: numbers.as_printed(value) for name, value in values.items()}
    return [name for name, value in printed.items() if value == pick(printed.values())]


def _and(*names: str) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def sizes(measurements: Sequence[Measurement]) -> go.Figure:
    """The dense file, the same file gzipped, and the file without zeros, side by side; means over the seeds."""
    chart = figure(320, "", "File (MB)")
    groups = by_variant(measurements)
    colours = [COLOURS[name] for name in groups]
    kinds = {"dense": "", "gzipped": "/", "without zeros": "x"}
    for kind, shape in kinds.items():
        bytes_ = [[file_bytes(m, kind) for m in ms] for ms in groups.values()]
        known = [[b for b in of_seeds if b is not None] for of_seeds in bytes_]
        if not any(known):
            continue
        # Plotly draws a legend entry in the first bar's colour; the hatching is what tells the kinds apart.
        pattern = {"shape": shape, "fgcolor": colours, "bgcolor": "rgba(0,0,0,0)", "fillmode": "replace"}
        chart.add_bar(
            x=list(groups),
            y=[spread(of_seeds).mean / 1e6 if of_seeds else None for of_seeds in known],
            name=kind,
            marker={
                "color": colours,
                "line": {"color": colours, "width": 1},
                **({"pattern": pattern} if shape else {}),
            },
            hovertemplate="%{x}, %{fullData.name}: %{y:.3s} MB<extra></extra>",
        )
    return chart


def file_bytes(m: Measurement, kind: str) -> int | None:
    """The size of one of a variant's files; None where an earlier version did not write it."""
    return {"dense": m.size_bytes, "gzipped": m.gzip_bytes, "without zeros": m.sparse_bytes}[kind]


def sizes_alt(measurements: Sequence[Measurement]) -> str:
    """What each kind of file of the first and the last variant holds, and what pruning changed of it."""
    groups = by_variant(measurements)
    pairs = [(next(iter(groups)), next(reversed(groups)))]
    if "distilled" in groups and "pruned" in groups:
        pairs.append(("distilled", "pruned"))
    return " ".join(f"From {old} to {new}: {_files(groups[old], groups[new])}." for old, new in pairs)


def _files(old: Sequence[Measurement], new: Sequence[Measurement]) -> str:
    """Both sizes of each kind of file that both have."""
    said = []
    for kind in ("dense", "gzipped", "without zeros"):
        ends = [[b for m in ms if (b := file_bytes(m, kind)) is not None] for ms in (old, new)]
        if all(ends):
            said.append(f"{kind} {' to '.join(numbers.size(spread(bytes_).mean) for bytes_ in ends)}")
    return "; ".join(said)


def latencies(measurements: Sequence[Measurement], batch: str) -> go.Figure:
    """The median time of one batch, with the range that the middle half of the timed calls fell into.

    Of several seeds, the mean of each.
    """
    chart = figure(280, "", "Latency (ms)", legend=False)
    groups = by_variant(m for m in measurements if batch in m.latency_ms)
    p25, median, p75 = (
        [spread([getattr(m.latency_ms[batch], end) for m in ms]).mean for ms in groups.values()]
        for end in ("p25", "median", "p75")
    )
    chart.add_bar(
        x=list(groups),
        y=median,
        marker={"color": [COLOURS[name] for name in groups]},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - middle for high, middle in zip(p75, median, strict=True)],
            "arrayminus": [middle - low for low, middle in zip(p25, median, strict=True)],
            "color": NEUTRAL,
        },
        hovertemplate="%{x}: median %{y:.3s} ms<extra></extra>",
    )
    return chart


def latencies_alt(measurements: Sequence[Measurement], batch: str) -> str:
    """The fastest and the slowest variant, with their medians."""
    groups = by_variant(m for m in measurements if batch in m.latency_ms)
    if not groups:
        return "Latency: not measured."
    medians = {name: spread([m.latency_ms[batch].median for m in ms]).mean for name, ms in groups.items()}
    (fast, *as_fast), (slow, *as_slow) = _leaders(medians, min), _leaders(medians, max)
    return (
        f"Latency: {_and(fast, *as_fast)} {'have' if as_fast else 'has'} the shortest median, "
        f"{numbers.milliseconds(medians[fast])}, "
        f"{_and(slow, *as_slow)} the longest, {numbers.milliseconds(medians[slow])}."
    )
