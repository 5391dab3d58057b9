"""The screen on a network's inside: its real layers as a tree map, as boxes in space, and one by one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import plotly.graph_objects as go
import streamlit as st

from simulator.figures import numbers
from simulator.teaching.lesson import LayerFacts, Lesson
from ui.figures import charts
from ui.kit import chart_view
from ui.screens.learn import layers as facts
from ui.screens.learn import opening, space
from ui.words import glossary

BLOCK = "#5B666D"
REMOVED = "The distilled student after structured pruning with this run's settings; not trained further."
PRUNED = ("pruned", "recovered", "channels removed")


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
                                   key="learn_network", bind="query-params", persist_state="session",
                                   ) or "teacher"  # fmt: skip
    layers = networks[network]
    # Always one line: if it came and went, the browser would rebuild the charts below it.
    st.caption(glossary.GLOSSARY.get(network, REMOVED))
    st.markdown(facts.summary(layers, networks["teacher"]))
    st.html(facts.legend(layers))
    before = networks["distilled"] if network in PRUNED else ()
    by_layer(network, layers, networks["teacher"], before, opened.facts.measured_at)
    st.markdown("**Where the parameters are**")
    st.caption("Area: parameters. Click a block to enter it, its heading to leave.")
    chart_view.show(tree_map(layers), "inside_tree", f"Tree map of {network}: {facts.most(layers, 'parameters')}.")


@st.fragment  # a choice here need not draw the tree map again
def by_layer(
    network: str,
    layers: Sequence[LayerFacts],
    teacher: Sequence[LayerFacts],
    before: Sequence[LayerFacts],
    measured_at: str,
) -> None:
    """The layers in the order in which they run; one is chosen from the list, or by a click on its box or bar."""
    key = f"learn_layer_{network}"
    st.markdown("**How wide the layers are**")
    shadow = " Their shadows: the student before pruning." if before else ""
    st.caption(
        f"Drag to turn, or use the arrow keys; click a box or a bar to choose its layer. Output sizes at "
        f"{measured_at}, on the teacher's scale.{shadow}"
    )
    picture = st.container()
    left, right = st.columns([1, 2], gap="medium")
    with left:
        start = max(range(len(layers)), key=lambda i: layers[i].macs)
        place = st.selectbox("Layer", range(len(layers)), index=start, key=key, persist_state="session",
                             format_func=lambda i: facts.title(layers[i], i))  # fmt: skip
        glossary.explain("One example's multiply-adds are its MACs.", "MACs", "sparsity")
    with right:
        st.markdown(facts.details(layers, place))
    with picture:
        space.boxes(network, layers, teacher, before, place, partial(_choose, key))


def _choose(key: str, place: int) -> None:
    st.session_state[key] = place


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
        colours.append(facts.kind_of(layer)[1])
        texts.append(f"{facts.kind_of(layer)[0]}, {numbers.count(layer.parameters)} parameters, {facts.zeros(layer)}")
    chart = charts.figure(420, "", "", legend=False)
    chart.add_treemap(
        ids=ids,
        parents=parents,
        values=totals(ids, parents, values),
        labels=[block_label(i) for i in ids],
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


def block_label(name: str) -> str:
    """The last part of a module's name; with the part before it if it is only a number: layer4.1."""
    *above, last = name.split(".")
    return ".".join([*above[-1:], last]) if last.isdecimal() else last


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
