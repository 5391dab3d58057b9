"""Charts of one variant in detail: what each layer lost, and which classes it confuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import plotly.graph_objects as go

from simulator.events import LayerReport
from simulator.figures import numbers
from simulator.figures.statistics import Spread, spread
from ui.figures.charts import COLOURS, figure
from ui.figures.columns import Seeds

LIGHTEST = "#E3E8EB"  # an empty cell; cells are opaque, so that their numbers read alike on both themes
LONGEST = 30  # characters of a label, so that bars keep half of a phone's width; the full name is in the tooltip
CONTAINERS = {"block", "layer"}  # the number after them says enough


def removed(layers: Sequence[LayerReport], reference: Sequence[LayerReport]) -> dict[str, float]:
    """Return the fraction of each weight tensor that is zero or removed; vectors (biases, norms) are left out.

    Args:
        reference: The layers before pruning, with which a smaller tensor is compared; a layer that is not in it is
            compared with its own shape.
    """
    before = {layer.name: layer.parameters for layer in reference}
    return {
        layer.name: 1 - layer.nonzero_parameters / before.get(layer.name, layer.parameters)
        for layer in layers
        if len(layer.shape) > 1
    }


def shrank(layers: Sequence[LayerReport], reference: Sequence[LayerReport]) -> bool:
    """Whether any tensor is smaller than before, as structured pruning makes them."""
    before = {layer.name: layer.shape for layer in reference}
    return any(before.get(layer.name, layer.shape) != layer.shape for layer in layers)


def lost(variant: Seeds, before: Seeds = ()) -> dict[str, Spread]:
    """Return the share that each weight tensor of a variant lost, over the seeds.

    Args:
        before: The student before pruning, one measurement per seed; empty if the variant is not pruned.
    """
    references = {m.repeat: m.layers for m in before}
    each = [removed(m.layers, references.get(m.repeat, ())) for m in variant]
    return {name: spread([shares[name] for shares in each]) for name in each[0]}


def layer_sparsity(variant: Seeds, before: Seeds = ()) -> go.Figure:
    """Draw the share of each weight tensor that is zero or removed, the first layer on top; seeds add the spread.

    Args:
        before: As for :func:`lost`.
    """
    shares, layers = lost(variant, before), variant[0].layers
    title = "Removed (%)" if before and shrank(layers, before[0].layers) else "Zeros (%)"
    chart = figure(max(240, 60 + 18 * len(shares)), title, "", legend=False)
    known = {layer.name: layer for layer in layers}
    over = f", mean of {len(variant)} seeds" if len(variant) > 1 else ""
    chart.add_bar(
        x=[100 * share.mean for share in shares.values()],
        y=list(shares),
        error_x={"array": [100 * (share.deviation or 0.0) for share in shares.values()], "visible": len(variant) > 1},
        orientation="h",
        marker={"color": COLOURS[variant[0].name]},
        customdata=[(numbers.count(known[n].parameters), "x".join(map(str, known[n].shape))) for n in shares],
        hovertemplate="%{y}<br>%{x:.1f} % of it" + over + "; it has %{customdata[0]} (%{customdata[1]})<extra></extra>",
    )
    chart.update_yaxes(
        autorange="reversed", tickfont={"size": 10}, tickvals=list(shares), ticktext=short_names(list(shares))
    )
    chart.update_xaxes(range=[0, 100])
    return chart


def short_names(names: Sequence[str]) -> list[str]:
    """Shorten layer names: without ".weight", a beginning that three in four share, and the words of CONTAINERS.

    If that would make two of them equal, the full names stay.
    """
    parts = [name.removesuffix(".weight").split(".") for name in names]
    while beginning := _common_beginning(parts):
        parts = [part[1:] if part[0] == beginning and len(part) > 1 else part for part in parts]
    whole = [".".join([part[0], *(word for word in part[1:] if word not in CONTAINERS)]) for part in parts]
    short = [name if len(name) <= LONGEST else f"{name[:16]}\N{HORIZONTAL ELLIPSIS}{name[-13:]}" for name in whole]
    return short if len(set(short)) == len(names) else list(names)


def _common_beginning(parts: Sequence[Sequence[str]]) -> str | None:
    """Return the first word of three in four names; None if a number follows, which alone would mean nothing."""
    firsts = Counter(part[0] for part in parts if len(part) > 1)
    word, times = firsts.most_common(1)[0] if firsts else ("", 0)
    numbered = any(part[0] == word and part[1].isdigit() for part in parts if len(part) > 1)
    return None if 4 * times < 3 * len(parts) or numbered else word or None


def confusion(variant: Seeds, class_names: Sequence[str]) -> go.Figure:
    """Draw how often each true class (row) was answered with each class (column); stronger colour means more often.

    With several seeds, cells show the mean; the tooltip has the standard deviation.
    """
    chart = figure(380, "Answered", "True class", legend=False)
    size = range(len(variant[0].confusion))
    names = list(class_names) or [str(i) for i in size]
    over = [[spread([m.confusion[true][answered] for m in variant]) for answered in size] for true in size]
    top = max(cell.mean for row in over for cell in row) or 1
    colour = COLOURS[variant[0].name]
    chart.add_heatmap(
        z=[[cell.mean for cell in row] for row in over],
        customdata=[[times(cell, deviation=True) for cell in row] for row in over],
        x=names,
        y=names,
        zmin=0,
        zmax=top,
        colorscale=[[0, LIGHTEST], [1, colour]],
        showscale=False,
        hovertemplate="%{y} answered as %{x}: %{customdata}<extra></extra>",
    )
    counts: list[dict[str, object]] = []
    for true, row in zip(names, over, strict=True):
        for answered, cell in zip(names, row, strict=True):
            ink = readable_on(mixed(LIGHTEST, colour, cell.mean / top))
            counts.append({"x": answered, "y": true, "text": times(cell), "showarrow": False, "font": {"color": ink}})
    chart.update_layout(annotations=counts)  # all at once: with one at a time, Plotly would check all of them each time
    chart.update_yaxes(autorange="reversed", type="category", showgrid=False)
    chart.update_xaxes(type="category", showgrid=False)
    return chart


def times(cell: Spread, deviation: bool = False) -> str:
    """Write a count or, over seeds, its mean to a tenth, with the standard deviation if asked for."""
    if cell.deviation is None:
        return numbers.whole(cell.mean)
    over_seeds = f" \N{PLUS-MINUS SIGN} {numbers.decimals(cell.deviation, 1)}" if deviation else ""
    return numbers.decimals(cell.mean, 1) + over_seeds


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def mixed(start: str, end: str, share: float) -> str:
    """Return the colour at ``share`` between two, as a colour scale draws it."""
    return "#" + "".join(
        f"{round(a + share * (b - a)):02X}" for a, b in zip(_channels(start), _channels(end), strict=True)
    )


def readable_on(colour: str) -> str:
    """Return black or white, whichever stands out more (relative luminance as in WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _channels(colour))]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) else "#FFFFFF"
