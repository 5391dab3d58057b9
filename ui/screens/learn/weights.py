"""The screens on masks and on what zeros cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast, get_args

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from simulator.events import Measurement
from simulator.figures import numbers
from simulator.figures.statistics import speed
from simulator.runs.database.store import Run
from simulator.teaching.lesson import Lesson, Slice
from ui.figures import charts
from ui.figures.run import costs
from ui.kit import chart_view
from ui.screens.learn import cells, masks, opening
from ui.screens.learn.masks import IMPORTANCES, PATTERNS, Importance, Pattern
from ui.words import glossary


def sparsity_slider(start: float) -> float:
    """The share to remove."""
    return float(
        st.slider("Sparsity", 0.0, 0.95, start, 0.05, format="percent", key="learn_sparsity",
                  bind="query-params", persist_state="session", help=glossary.GLOSSARY["sparsity"])
    )  # fmt: skip


def pattern_choice() -> Pattern:
    """Single weights, 2:4 or whole rows."""
    picked = st.segmented_control("What goes", get_args(Pattern), default="Single weights", required=True, wrap=True,
                                  key="learn_pattern", bind="query-params", persist_state="session",
                                  help=glossary.entries("unstructured", "2:4", "structured"))  # fmt: skip
    return cast("Pattern", picked or "Single weights")


@st.fragment
def masks_screen(opened: Lesson) -> None:
    """A layer's weights as a heat map and a histogram, while the slider removes them."""
    half = {"learn_sparsity": 0.5, "learn_importance": "Magnitude"}
    single = {**half, "learn_pattern": "Single weights"}
    opening.presets(
        "masks",
        {
            "One ranking over both": {**single, "learn_ranked": "Global"},
            "The same share of each": {**single, "learn_ranked": "Layer-wise"},
            "Whole rows": {**half, "learn_pattern": "Whole rows", "learn_ranked": "Layer-wise"},
            "Two of every four": {**half, "learn_pattern": "2:4"},
        },
    )
    parts = opened.slices
    left, right = st.columns([2, 3], gap="medium")
    with left:
        sparsity = sparsity_slider(0.5)
        pattern = pattern_choice()
        st.caption(PATTERNS[pattern])
        together = _ranked_together()
        importance = _importance_choice()
        st.caption(IMPORTANCES[importance])
    with right:
        _matrices(parts, masks.masks(parts, importance, pattern, sparsity, together), importance)
    st.markdown(_disagreement(parts, importance, pattern, sparsity, together))
    glossary.explain(
        "Corners of 64 x 64 weights of two layers of the distilled student: the first and the last that are "
        f"large enough. Gradients and input norms come from {opened.facts.calibration_examples} training examples. "
        "Gradients are of "
        "the run's distillation loss in one batch; a run that prunes by Taylor uses the labels' loss in several.",
        "importance", "mask", "sparsity",
    )  # fmt: skip
    if pattern == "2:4" and any(part.facts.kind == "Conv2d" for part in parts):
        st.caption(
            "A convolution is drawn with one row per output, and groups of four are neighbours in a row: positions in "
            "a kernel. A run groups weights across input channels, at one position in the kernel, as the hardware does."
        )


def _ranked_together() -> bool:
    """Whether one ranking covers both layers."""
    ranked = st.segmented_control("Ranked", ("Global", "Layer-wise"), default="Global", required=True,
                                  key="learn_ranked", bind="query-params", persist_state="session",
                                  help=glossary.entries("global", "layer-wise"))  # fmt: skip
    return ranked != "Layer-wise"


def _importance_choice() -> Importance:
    """Magnitude, or an importance that needs examples."""
    picked = st.segmented_control("Importance", get_args(Importance), default="Magnitude", required=True, wrap=True,
                                  key="learn_importance", bind="query-params", persist_state="session",
                                  help=glossary.entries("importance", "gradient"))  # fmt: skip
    return cast("Importance", picked or "Magnitude")


def _matrices(parts: Sequence[Slice], chosen: Sequence[masks.Mask], importance: Importance) -> None:
    """Show the layers' weights side by side, with what their masks keep."""
    for place, part, mask, number in zip(st.columns(2), parts, chosen, range(2), strict=False):
        with place:
            st.markdown(f"**{_short(part)}**")
            st.caption(f"{numbers.percent(1 - mask.mean())} pruned")
            cells.matrix(part, mask, f"mask_{number}", show_threshold=importance == "Magnitude")
    st.caption(
        "Each cell is a weight: violet below zero, ochre above, stronger for larger ones, blank if it is pruned. "
        "Below is the histogram of the values: coloured for kept weights, grey for pruned ones. The dotted line is "
        "the threshold, if there is one."
    )


def _short(part: Slice) -> str:
    return f"{part.facts.layer} ({part.facts.kind}, {' x '.join(map(str, part.facts.weight_shape))})"


def _disagreement(
    parts: tuple[Slice, ...], importance: Importance, pattern: Pattern, sparsity: float, together: bool
) -> str:
    """How much of what magnitude drops the other importances drop too."""
    by = {i: np.concatenate([m.ravel() for m in masks.masks(parts, i, pattern, sparsity, together)])
          for i in get_args(Importance)}  # fmt: skip
    dropped = 1 - by["Magnitude"].mean()
    if dropped == 0:
        return "Nothing is pruned, so there is nothing to disagree about."
    overlaps = [
        f"{other} drops **{numbers.percent(masks.agreement(by['Magnitude'], by[other]))}** of what magnitude drops"
        for other in ("Taylor", "Wanda")
    ]
    return f"{'; '.join(overlaps)}. Chance alone would give {numbers.percent(dropped)}."


@st.fragment
def zeros_screen(opened: Lesson) -> None:
    """The bytes of a real slice encoded in four ways."""
    opening.presets(
        "zeros",
        {
            "Half zeros": {"learn_sparsity": 0.5, "learn_pattern": "Single weights"},
            "Nearly all zeros": {"learn_sparsity": 0.95, "learn_pattern": "Single weights"},
            "Half the rows": {"learn_sparsity": 0.5, "learn_pattern": "Whole rows"},
        },
    )
    left, right = st.columns([2, 3], gap="medium")
    with left:
        sparsity = sparsity_slider(0.5)
        pattern = pattern_choice()
        st.caption(PATTERNS[pattern])
    part = opened.slices[0]
    (mask,) = masks.masks((part,), "Magnitude", pattern, sparsity, together=False)
    before, after = (masks.encoded(part.weight, m) for m in (np.ones_like(mask), mask))
    with right:
        st.markdown(f"**{numbers.size(before['dense'])} of {part.facts.layer}, encoded in four ways**")
        summary = bytes_words(before, after, 1 - float(mask.mean()))
        chart_view.show(bytes_chart(before, after), "zeros_bytes", summary)
        st.caption(summary)


def whole_files(measured: Sequence[Measurement], run: Run) -> None:
    """Show the run's measured files and latencies. No control changes them."""
    st.subheader("And the whole file?")
    st.markdown(costs.sizes_alt(measured))
    chart_view.show(costs.sizes(measured), "zeros_files", costs.sizes_alt(measured))
    glossary.explain("Solid: as it is. Hatched: gzipped. Crossed: without its zeros.", "pruned", "recovered")
    st.subheader("And the time?")
    st.markdown(time_words(measured))
    for place, batch in zip(st.columns(2), ("batch_1", "batch_32"), strict=True):
        with place:
            st.markdown(f"**Latency, {'one example' if batch == 'batch_1' else 'batch of 32'}**")
            chart_view.show(costs.latencies(measured, batch), f"zeros_{batch}", costs.latencies_alt(measured, batch))
    source = "recorded" if run.origin == "recorded" else "measured"
    threads = measured[0].latency_ms["batch_1"].threads
    st.caption(
        f"Latencies {source} in run {run.id} with {numbers.several(threads, 'thread')}; "
        "the bars span the middle half of the calls."
    )


def bytes_chart(before: Mapping[str, int], after: Mapping[str, int]) -> go.Figure:
    """Bytes of the slice in each encoding, before and after pruning."""
    chart = charts.figure(300, "", "Bytes", short_labels=True)
    for name, of, colour in (
        ("before", before, charts.COLOURS["distilled"]),
        ("pruned", after, charts.COLOURS["pruned"]),
    ):
        chart.add_bar(x=list(of), y=list(of.values()), name=name, marker={"color": colour},
                      hovertemplate=f"{name}, %{{x}}: %{{y:,}} bytes<extra></extra>")  # fmt: skip
    return chart


def bytes_words(before: Mapping[str, int], after: Mapping[str, int], sparsity: float) -> str:
    """What the zeros did to the bytes."""
    changes = ", ".join(f"{name} {numbers.change(100 * (after[name] / before[name] - 1))}" for name in after)
    return f"With {numbers.percent(sparsity)} zeros: {changes}."


def time_words(measured: Sequence[Measurement]) -> str:
    """What the run measured before and after pruning, and whether the difference is more than the calls' spread."""
    by = {m.name: m for m in measured}
    if "distilled" not in by or "pruned" not in by:
        return "This run measured no pruned student."
    old, new = by["distilled"], by["pruned"]
    a, b = old.latency_ms["batch_32"], new.latency_ms["batch_32"]
    text = (
        f"In this run pruning left **{numbers.percent(new.sparsity)}** zeros and **{numbers.count(new.macs)}** MACs "
        f"(before: {numbers.count(old.macs)}). A batch of 32 took **{numbers.milliseconds(a.median)}** before and "
        f"**{numbers.milliseconds(b.median)}** after. "
    )
    return f"{text}{numbers.SPEEDS[speed([old], [new], 'batch_32')].capitalize()}."
