"""What the variants cost: accuracy against size, files and latency, each with a sentence that says what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import plotly.graph_objects as go

from simulator.events import Measurement, Variant
from simulator.figures import numbers
from simulator.figures.statistics import by_variant, spread
from ui.figures.charts import COLOURS, NEUTRAL, SYMBOLS, figure


def trade_off(measurements: Sequence[Measurement]) -> go.Figure:
    """Draw accuracy against the file's size, one point per variant: up and left is better.

    The bar is the accuracy's 95 % interval or, with several seeds, the standard deviation around their mean.
    """
    chart = figure(340, "Gzipped file (MB)", "Test accuracy (%)")
    for name, ms in by_variant(measurements).items():
        (accuracy, low, high), packed = accuracy_with_ends(ms), spread([m.gzip_bytes for m in ms]).mean
        chart.add_scatter(
            x=[packed / 1e6],
            y=[100 * accuracy],
            mode="markers",
            name=name,
            marker={"color": COLOURS[name], "symbol": SYMBOLS[name], "size": 13},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [100 * (high - accuracy)],
                "arrayminus": [100 * (accuracy - low)],
                "color": COLOURS[name],
            },
            hovertemplate=f"{name}: %{{y:.1f}} % at {numbers.size(packed)} gzipped<extra></extra>",
        )
    chart.update_xaxes(rangemode="tozero")
    return chart


def accuracy_with_ends(ms: Sequence[Measurement]) -> tuple[float, float, float]:
    """Return a variant's accuracy, and the ends of the bar that :func:`bars_of` describes."""
    accuracy = spread([m.accuracy for m in ms])
    if accuracy.deviation is None:
        return accuracy.mean, *ms[0].accuracy_interval
    return accuracy.mean, accuracy.mean - accuracy.deviation, accuracy.mean + accuracy.deviation


def bars_of(measurements: Sequence[Measurement]) -> str:
    """Say what the bars of the accuracies show."""
    seeds = max(len(ms) for ms in by_variant(measurements).values())
    return "the 95 % interval" if seeds == 1 else f"the standard deviation over {seeds} seeds"


def trade_off_alt(measurements: Sequence[Measurement]) -> str:
    """Name the most accurate and the smallest variant, with their figures."""
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
    """Return the variants with the best value as it is printed: variants that print alike share it."""
    printed = {name: numbers.as_printed(value) for name, value in values.items()}
    return [name for name, value in printed.items() if value == pick(printed.values())]


def _and(*names: str) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def sizes(measurements: Sequence[Measurement]) -> go.Figure:
    """Draw the dense file, the same file gzipped, and the file without zeros, side by side; means over the seeds."""
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
    """Return the size of one of a variant's files; None if an earlier version did not write it."""
    return {"dense": m.size_bytes, "gzipped": m.gzip_bytes, "without zeros": m.sparse_bytes}[kind]


def sizes_alt(measurements: Sequence[Measurement]) -> str:
    """Give the size of each kind of file for the first and the last variant, and before and after pruning."""
    groups = by_variant(measurements)
    pairs = [(next(iter(groups)), next(reversed(groups)))]
    if "distilled" in groups and "pruned" in groups:
        pairs.append(("distilled", "pruned"))
    return " ".join(f"From {old} to {new}: {_files(groups[old], groups[new])}." for old, new in pairs)


def _files(old: Sequence[Measurement], new: Sequence[Measurement]) -> str:
    """Give both sizes of each kind of file that both variants have."""
    texts = []
    for kind in ("dense", "gzipped", "without zeros"):
        ends = [[b for m in ms if (b := file_bytes(m, kind)) is not None] for ms in (old, new)]
        if all(ends):
            texts.append(f"{kind} {' to '.join(numbers.size(spread(bytes_).mean) for bytes_ in ends)}")
    return "; ".join(texts)


def latencies(measurements: Sequence[Measurement], batch: str) -> go.Figure:
    """Draw the median time of one batch, with the range of the middle half of the timed calls.

    With several seeds, each is the mean.
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
    """Name the fastest and the slowest variant, with their medians."""
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
