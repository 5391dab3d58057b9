"""Pieces of screen that several pages share: the compression table, charts of a finished run, downloads."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from simulator.events import Measurement, Variant
from simulator.figures.statistics import by_variant
from ui.figures import charts, columns
from ui.figures.run import costs, tables
from ui.kit import table_view
from ui.shell.plain import literal
from ui.words import findings, glossary


def compression(
    measurements: Sequence[Measurement], labels: Sequence[int], averages_estimated: Sequence[Variant] = ()
) -> None:
    """The compression table in three parts, how good, how big and how fast, with what it shows in sentences."""
    for finding in findings.findings(measurements, labels, averages_estimated):
        st.markdown(f"- {finding}")
    _table(
        "How good",
        measurements,
        columns.QUALITY,
        f"On {measurements[0].test_examples} test examples that no model has seen.",
    )
    _table(
        "How big",
        measurements,
        columns.COST,
        f"MACs of one example at {literal(measurements[0].macs_at)}.",
        "parameters",
        "MACs",
    )
    runs = min((latency.runs for m in measurements for latency in m.latency_ms.values()), default=0)
    _table(
        "How fast",
        measurements,
        columns.SPEED,
        f"At least {runs} timed calls each. {tables.STARS}{tables.busy_note(measurements)}",
        "latency",
    )


def _table(
    title: str, measurements: Sequence[Measurement], shown: dict[str, columns.Column], note: str, *terms: str
) -> None:
    st.markdown(f"**{title}**")
    alt = f"{title}: {', '.join(shown)} of {', '.join(by_variant(measurements))}"
    table_view.show(tables.comparison(measurements, shown), alt, title)
    glossary.explain(note, *terms)


def gains(measurements: Sequence[Measurement]) -> None:
    """The last variant against the teacher, in four or five large figures."""
    teacher = next((m for m in measurements if m.name == "teacher"), None)
    name, last = next(reversed(by_variant(measurements).items()))
    if teacher is None or name == "teacher":
        return
    st.markdown(f"**The {name} student against its teacher**")
    with st.container(horizontal=True):
        for what, change, explanation in tables.gains(last, teacher):
            st.metric(what, change, help=explanation, width=145)


def chart(figure: object, key: str, alt: str) -> None:
    """A figure with the app's settings."""
    st.plotly_chart(figure, key=key, config=charts.CONFIG, alt=alt)


def cost_charts(measurements: Sequence[Measurement]) -> None:
    """Accuracy against size, file sizes, latency."""
    left, right = st.columns(2)
    with left:
        st.markdown("**Accuracy against size**")
        st.caption(f"Up and to the left is better. Bars: {bars_of(measurements)}.")
        chart(costs.trade_off(measurements), "trade_off", costs.trade_off_alt(measurements))
    with right:
        st.markdown("**File size**")
        st.caption("Solid: as it is. Hatched: gzipped. Crossed: without its zeros.")
        chart(costs.sizes(measurements), "sizes", costs.sizes_alt(measurements))
    batches = [b for b in columns.BATCHES if any(b in m.latency_ms for m in measurements)]
    for place, batch in zip(st.columns(2), batches, strict=False):
        with place:
            st.markdown(f"**Latency, {columns.BATCHES[batch][0]}**")
            st.caption("Median; the bar spans the middle half of the timed calls.")
            chart(costs.latencies(measurements, batch), f"latency_{batch}", costs.latencies_alt(measurements, batch))


def bars_of(measurements: Sequence[Measurement]) -> str:
    """What the bars of the accuracies are."""
    seeds = max(len(ms) for ms in by_variant(measurements).values())
    return "the 95 % interval" if seeds == 1 else f"the standard deviation over {seeds} seeds"


def pick_seeds(measurements: Sequence[Measurement], key: str) -> columns.Seeds:
    """A choice among the measured variants, with all its seeds; it starts with the last."""
    groups = by_variant(measurements)
    names = list(groups)
    name = st.segmented_control(
        "Variant", names, default=names[-1], required=True, wrap=True, key=key, label_visibility="collapsed"
    )
    return groups[name or names[-1]]


def pick_variant(measurements: Sequence[Measurement], key: str) -> Measurement:
    """The same of the first seed alone, for what cannot be averaged."""
    chosen = pick_seeds(measurements, key)
    if any(m.repeat for m in measurements):
        st.caption("Of the first seed.")
    return chosen[0]
