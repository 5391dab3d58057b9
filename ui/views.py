"""Pieces of screen that several pages share: the compression table, charts of a finished run, downloads."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence

import streamlit as st

from simulator import lesson, service
from simulator.events import Measurement
from simulator.statistics import by_variant
from simulator.store import Run
from ui import charts, columns, tables, teach


def compression(measurements: Sequence[Measurement], labels: Sequence[int]) -> None:
    """The compression table in three parts, how good, how big and how fast, with what it shows in sentences."""
    for finding in teach.findings(measurements, labels):
        st.markdown(f"- {finding}")
    st.caption(tables.SIDEWAYS)
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
        f"MACs of one example at {measurements[0].macs_at}.",
        "parameters",
        "MACs",
    )
    runs = min((latency.runs for m in measurements for latency in m.latency_ms.values()), default=0)
    _table(
        "How fast",
        measurements,
        columns.SPEED,
        f"At least {runs} timed calls each. ★ marks the best of a column.",
        "latency",
    )


def _table(
    title: str, measurements: Sequence[Measurement], shown: dict[str, columns.Column], note: str, *terms: str
) -> None:
    st.markdown(f"**{title}**")
    st.dataframe(
        tables.comparison(measurements, shown),
        column_config=tables.column_config(shown),
        hide_index=True,
        alt=f"{title}: {', '.join(shown)} of {', '.join(by_variant(measurements))}",
    )
    teach.explain(note, *terms)


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
        chart(charts.trade_off(measurements), "trade_off", charts.trade_off_alt(measurements))
    with right:
        st.markdown("**File size**")
        st.caption("Solid: as it is. Hatched: gzipped. Crossed: without its zeros.")
        chart(charts.sizes(measurements), "sizes", charts.sizes_alt(measurements))
    batches = [b for b in columns.BATCHES if any(b in m.latency_ms for m in measurements)]
    for place, batch in zip(st.columns(2), batches, strict=False):
        with place:
            st.markdown(f"**Latency, {columns.BATCHES[batch][0]}**")
            st.caption("Median; the bar spans the middle half of the timed calls.")
            chart(charts.latencies(measurements, batch), f"latency_{batch}", charts.latencies_alt(measurements, batch))


def bars_of(measurements: Sequence[Measurement]) -> str:
    """What the bars of the accuracies are."""
    seeds = max(len(ms) for ms in by_variant(measurements).values())
    return "the 95 % interval" if seeds == 1 else f"the standard deviation over {seeds} seeds"


def pick_variant(measurements: Sequence[Measurement], key: str) -> Measurement:
    """A choice among the measured variants, of the first seed; it starts with the last."""
    names = list(by_variant(measurements))
    name = st.segmented_control(
        "Variant", names, default=names[-1], required=True, wrap=True, key=key, label_visibility="collapsed"
    )
    if any(m.repeat for m in measurements):
        st.caption("Of the first seed.")
    return next(m for m in measurements if m.name == (name or names[-1]))


def downloads(run: Run, measurements: Sequence[Measurement]) -> None:
    """CSV of the table, JSON of everything, and the student's weights where this machine has them."""
    with st.container(horizontal=True):
        st.download_button(
            "Table (CSV)",
            lambda: tables.plain(measurements).to_csv(index=False),
            f"run-{run.id}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Everything (JSON)",
            lambda: json.dumps(service.export(run.id), indent=1),
            f"run-{run.id}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        if (service.export_dir(run.id) / "model.safetensors").is_file():
            st.download_button(
                "Student's weights (ZIP)",
                lambda: weights_zip(run.id),
                f"student-{run.id}.zip",
                "application/zip",
                icon=":material/download:",
                on_click="ignore",
                help="model.safetensors, its config, and a README that says how to load them in plain PyTorch.",
            )
    if not (service.export_dir(run.id) / "model.safetensors").is_file():
        recorded = "Recorded runs carry no weights; run it yourself to get them."
        st.caption(recorded if run.origin == "recorded" else "The weights of this run are not on this machine.")


def weights_zip(run_id: str) -> bytes:
    """The exported student as one file. Stored, not deflated: weights hardly shrink, and the click should be quick."""
    folder, packed = service.export_dir(run_id), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        lessons = (lesson.FACTS_FILE, lesson.NUMBERS_FILE)  # for the Learn screens, no part of the student
        for path in sorted(p for p in folder.iterdir() if p.is_file() and p.name not in lessons):
            archive.write(path, f"student-{run_id}/{path.name}")
    return packed.getvalue()
