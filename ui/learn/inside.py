"""The screen on a network's inside: its real layers as a tree map, as boxes in space, and one by one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from simulator.lesson import LayerFacts, Lesson
from ui import charts, teach, views, words
from ui.learn import opening

CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=float)
FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4],
     [1, 5, 7], [1, 7, 3]]
)  # fmt: skip
BLOCK = "#5B666D"
REMOVED = "The distilled student after structured pruning with this run's settings; not trained further."
PRUNED = ("pruned", "recovered", "channels removed")
TITLES = {"parameters": "parameters", "macs": "MACs"}
THICK = 0.7  # of the distance from one box to the next

KINDS = {
    "Conv2d": ("convolution", "#6C5CC7", "Slides small filters over the picture; each output channel is one filter."),
    "Linear": ("linear", "#8F5F00", "Mixes all its inputs into each output: one matrix product."),
    "Embedding": ("embedding", "#44727E", "Looks up a row of numbers for each token; that needs no products."),
    "BatchNorm2d": ("norm", "#955062", "Shifts and scales each channel to a common range."),
    "LayerNorm": ("norm", "#955062", "Shifts and scales each token's numbers to a common range."),
    "T5LayerNorm": ("norm", "#955062", "Scales each token's numbers to a common size."),
}  # fmt: skip
OTHER = ("products", "#626E48", "Matrix products without weights of their own, such as attention's scores.")


@st.fragment
def screen(opened: Lesson) -> None:
    """Tree map, boxes, and one layer in figures, for the network that was chosen."""
    opening.presets(
        "inside",
        {
            "The teacher": {"learn_network": "teacher"},
            "Zeros: same shape": {"learn_network": "pruned"},
            "Channels removed: smaller": {"learn_network": "channels removed"},
        },
    )
    networks = opened.facts.networks
    network = st.segmented_control("Network", list(networks), default="teacher", required=True, wrap=True,
                                   key="learn_network", bind="query-params", persist_state="session")  # fmt: skip
    layers = networks[network]
    # Always one line: were it only sometimes there, the browser would build the charts below it anew.
    st.caption(teach.GLOSSARY.get(network, REMOVED))
    st.markdown(summary(layers, networks["teacher"]))
    st.html(legend(layers))
    before = networks["distilled"] if network in PRUNED else ()
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Where the parameters are**")
        st.caption("Area: parameters. Click a block to enter it, its heading to leave.")
        views.chart(tree_map(layers), "inside_tree", f"Tree map of {network}: {most(layers, 'parameters')}.")
    with right:
        st.markdown("**How wide the layers are**")
        shadow = " Grey: the student before pruning." if before else ""
        st.caption(f"Drag to turn. Real output sizes at {opened.facts.measured_at}, on the teacher's scale.{shadow}")
        views.chart(boxes(layers, networks["teacher"], before), "inside_boxes", boxes_alt(network, layers, before))
    by_layer(network, layers)


@st.fragment  # a choice here need not draw the views above again
def by_layer(network: str, layers: Sequence[LayerFacts]) -> None:
    """The layers in the order in which they run; one is chosen from the list or by a click on its bar."""
    st.markdown("**Layer by layer**")
    teach.explain("Share of the network's multiply-adds. Choose a layer, or click its bar.", "MACs", "sparsity")
    chosen, bars = f"learn_layer_{network}", f"inside_strip_{network}"
    start = max(range(len(layers)), key=lambda i: layers[i].macs)
    place = st.selectbox(
        "Layer", range(len(layers)), index=start, key=chosen, persist_state="session",
        format_func=lambda i: f"{i + 1}. {layers[i].name or layers[i].kind}",
    )  # fmt: skip
    st.plotly_chart(
        strip(layers, place), key=bars, config=charts.CONFIG, on_select=partial(_take_click, bars, chosen),
        selection_mode="points", alt=f"MACs by layer of {network}: {most(layers, 'macs')}.",
    )  # fmt: skip
    st.markdown(details(layers, place))


def _take_click(bars: str, chosen: str) -> None:
    """A click on a bar chooses its layer."""
    points = st.session_state[bars]["selection"]["points"]
    if points:
        st.session_state[chosen] = int(points[0]["x"]) - 1


def most(layers: Sequence[LayerFacts], what: Literal["parameters", "macs"]) -> str:
    """Which layer has the largest share of the parameters or the MACs, and how large it is."""
    top = max(layers, key=lambda layer: int(getattr(layer, what)))
    share = getattr(top, what) / sum(getattr(layer, what) for layer in layers)
    return f"{top.name or top.kind} has the most {TITLES[what]}, {words.percent(share)} of all"


def legend(layers: Sequence[LayerFacts]) -> str:
    """Which colour is which kind of layer, as a list."""
    kinds = {kind: colour for kind, colour, _ in map(kind_of, layers)}
    mark = "display:inline-block;width:0.8em;height:0.8em;border-radius:2px;margin-right:6px"
    items = "".join(f'<li><span style="{mark};background:{of}"></span>{kind}</li>' for kind, of in kinds.items())
    row = "display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:0;padding:0;font-size:0.875rem"
    return f'<ul aria-label="Colours of the kinds of layer" style="{row}">{items}</ul>'


def boxes_alt(network: str, layers: Sequence[LayerFacts], before: Sequence[LayerFacts]) -> str:
    """The widest layer, and how many channels and features went."""
    drawn = boxes_of(layers)
    wide = max(drawn, key=width)
    said = f"Layers of {network} as boxes: {wide.name} is the widest with {width(wide)}"
    if not before:
        return f"{said}."
    was, now = (sum(map(width, boxes_of(x))) for x in (before, layers))
    gone = f"{was - now:,} of {was:,} channels and features are gone" if now < was else "no channel or feature is gone"
    return f"{said}; {gone}."


def summary(layers: Sequence[LayerFacts], teacher: Sequence[LayerFacts]) -> str:
    """Parameters, zeros and MACs of a network, against the teacher's."""
    parameters, zeros, macs = (sum(getattr(x, what) for x in layers) for what in ("parameters", "zeros", "macs"))
    share = parameters / sum(x.parameters for x in teacher)
    return (
        f"**{words.count(parameters)}** parameters ({words.percent(share)} of the teacher's), "
        f"**{words.percent(zeros / parameters)}** of them zero, **{words.count(macs)}** MACs."
    )


def kind_of(layer: LayerFacts) -> tuple[str, str, str]:
    """What a layer is in a word, its colour, and what it does."""
    return KINDS.get(layer.kind, OTHER)


def tree_map(layers: Sequence[LayerFacts]) -> go.Figure:
    """The modules' tree; a leaf's area is its parameters, its colour the kind of layer."""
    leaves = [layer for layer in layers if layer.parameters]
    ids, parents, values, colours, texts = ["all"], [""], [0], [BLOCK], [""]
    seen = {"all"}
    for layer in leaves:
        parts = layer.name.split(".")
        for depth in range(1, len(parts)):
            block = ".".join(parts[:depth])
            if block not in seen:
                seen.add(block)
                ids.append(block)
                parents.append(".".join(parts[: depth - 1]) or "all")
                values.append(0)
                colours.append(BLOCK)
                texts.append("")
        ids.append(layer.name)
        parents.append(".".join(parts[:-1]) or "all")
        values.append(layer.parameters)
        colours.append(kind_of(layer)[1])
        texts.append(f"{kind_of(layer)[0]}, {words.count(layer.parameters)} parameters, {_zeros(layer)}")
    chart = charts.figure(420, "", "", legend=False)
    chart.add_treemap(
        ids=ids,
        parents=parents,
        values=totals(ids, parents, values),
        labels=[i.rpartition(".")[2] for i in ids],
        text=texts,
        textinfo="label",
        branchvalues="total",
        marker={"colors": colours},
        hovertemplate="%{id}<br>%{text}<extra></extra>",
        tiling={"pad": 1},
        textfont={"color": "white"},
        maxdepth=4,
    )
    return chart


def totals(ids: Sequence[str], parents: Sequence[str], values: Sequence[int]) -> list[int]:
    """Each block's value: its own and all below it."""
    total = dict(zip(ids, values, strict=True))
    parent = dict(zip(ids, parents, strict=True))
    for i, own in zip(ids, values, strict=True):
        above = parent[i]
        while own and above:
            total[above] += own
            above = parent[above]
    return [total[i] for i in ids]


def _zeros(layer: LayerFacts) -> str:
    return f"{words.percent(layer.zeros / layer.parameters)} zeros" if layer.parameters else "no parameters"


def boxes_of(layers: Sequence[LayerFacts]) -> list[LayerFacts]:
    """The layers that are drawn as boxes: those with a weight matrix or filter whose output shape is known."""
    return [layer for layer in layers if len(layer.weight_shape) > 1 and layer.output_shape]


def width(layer: LayerFacts) -> int:
    """Channels, or features, of a layer's output."""
    return layer.output_shape[0] if len(layer.output_shape) == 3 else layer.output_shape[-1]


def height(layer: LayerFacts) -> int:
    """Pixels a side, or tokens, of a layer's output; 1 where there is one vector."""
    return layer.output_shape[-1] if len(layer.output_shape) == 3 else (*layer.output_shape[-2:-1], 1)[0]


def boxes(layers: Sequence[LayerFacts], teacher: Sequence[LayerFacts], before: Sequence[LayerFacts] = ()) -> go.Figure:
    """A box a layer, one behind the other: its width and height are its output's, on one scale for all networks.

    Args:
        before: Drawn as a grey shadow around them: what the network was before it was pruned.
    """
    chart = charts.figure(420, "", "", legend=False)
    if before:
        chart.add_trace(_mesh(before, 0.18))
    chart.add_trace(_mesh(layers))
    largest = boxes_of(teacher)
    wide, tall = (max(of(x) for x in largest) / 2 for of in (width, height))
    axis = {"showbackground": False, "showticklabels": False}
    chart.update_layout(
        dragmode="turntable",
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        scene={
            "xaxis": {**axis, "title": {"text": "layer"}, "range": [-1, len(largest)]},
            "yaxis": {**axis, "title": {"text": "width"}, "range": [-wide, wide]},
            "zaxis": {**axis, "title": {"text": "height"}, "range": [-tall, tall]},
            "aspectmode": "manual",
            "aspectratio": {"x": 1.9, "y": 1, "z": 0.6},
            "camera": {"eye": {"x": 1.0, "y": -2.1, "z": 0.9}, "center": {"x": 0.1, "y": 0, "z": -0.1}},
        },
    )
    return chart


def _mesh(layers: Sequence[LayerFacts], shadow: float | None = None) -> go.Mesh3d:
    """All boxes of a network; as a grey ``shadow`` of this opacity, or in the colours of their kinds."""
    drawn = boxes_of(layers)
    count = len(drawn)
    sizes = np.array([[THICK, width(x), height(x)] for x in drawn], dtype=float)
    start = np.stack([np.arange(count, dtype=float), -sizes[:, 1] / 2, -sizes[:, 2] / 2], axis=1)
    points = (start[:, None] + CORNERS[None] * sizes[:, None]).reshape(-1, 3)
    faces = (FACES[None] + 8 * np.arange(count)[:, None, None]).reshape(-1, 3)
    text = [f"{x.name}<br>{' x '.join(map(str, x.output_shape))}, {_zeros(x)}" for x in drawn]
    return go.Mesh3d(
        x=points[:, 0],
        y=points[:, 1],
        z=points[:, 2],
        i=faces[:, 0],
        j=faces[:, 1],
        k=faces[:, 2],
        facecolor=np.repeat([charts.NEUTRAL if shadow else kind_of(x)[1] for x in drawn], len(FACES)),
        opacity=shadow or 1.0,
        text=np.repeat(text, 8),
        hoverinfo="skip" if shadow else "text",
        hovertemplate=None if shadow else "%{text}<extra></extra>",
        flatshading=True,
        lighting={"ambient": 0.6, "diffuse": 0.7, "specular": 0.1},
    )


def strip(layers: Sequence[LayerFacts], place: int) -> go.Figure:
    """A bar a layer in the order in which they run: its share of the MACs; a line marks the one at ``place``."""
    total = sum(layer.macs for layer in layers)
    chart = charts.figure(220, "Layer, in the order in which they run", "MACs (%)", legend=False)
    chart.add_bar(
        x=list(range(1, len(layers) + 1)),
        y=[100 * layer.macs / total for layer in layers],
        marker={"color": [kind_of(layer)[1] for layer in layers]},
        customdata=[(layer.name or layer.kind, words.count(layer.parameters)) for layer in layers],
        hovertemplate="%{customdata[0]}<br>%{y:.1f} % of the MACs, %{customdata[1]} parameters<extra></extra>",
    )
    chart.add_vline(x=place + 1, line={"color": charts.NEUTRAL, "width": 2, "dash": "dot"})
    chart.update_layout(clickmode="event+select")
    return chart


def details(layers: Sequence[LayerFacts], place: int) -> str:
    """One layer: what it does, shapes, zeros, and its shares."""
    layer = layers[place]
    parameters, macs = (sum(getattr(x, what) for x in layers) for what in ("parameters", "macs"))
    shape, out = (" x ".join(map(str, s)) or "none" for s in (layer.weight_shape, layer.output_shape))
    return (
        f"**{layer.name or layer.kind}** ({layer.kind}): {kind_of(layer)[2]}\n\n"
        f"Weight {shape}; output {out}; {words.count(layer.parameters)} parameters "
        f"({words.percent(layer.parameters / parameters)} of all), {_zeros(layer)}; {words.count(layer.macs)} MACs "
        f"({words.percent(layer.macs / macs)} of all)."
    )
