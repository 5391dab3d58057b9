"""The two pictures of the Compare page. Points marked in one, or ranges set for the other, filter the table."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from simulator.figures import numbers
from simulator.runs.database.store import Run
from ui.figures.columns import TIMED
from ui.figures.compare import plots as charts
from ui.figures.compare import rows
from ui.figures.compare.rows import Entry, Front, Where
from ui.kit import chart_view
from ui.screens.results.compare import sections as compare
from ui.words import glossary

SCATTER, PARALLEL = "Accuracy against cost", "All figures at once"
SCATTER_CONFIG = {
    "responsive": True,
    "displaylogo": False,
    "displayModeBar": True,
    "modeBarButtons": [["select2d", "lasso2d"]],
}


def which() -> str:
    """Choose the picture; the URL holds the choice, so a link opens the same one."""
    picked = st.segmented_control(
        "Picture", [SCATTER, PARALLEL], default=SCATTER, required=True, wrap=True, key="picture",
        bind="query-params", persist_state="session",
    )  # fmt: skip
    return picked or SCATTER


# -- the scatter with its front


def scatter(
    everything: Sequence[Run], entries: Sequence[Entry], letters: Mapping[str, str]
) -> tuple[list[Entry], Front | None]:
    """Draw the picture of one data set (for times, of one machine); return the entries marked in it, and the front."""
    where, cost, quality = _controls(everything, entries)
    if where is None:
        st.info(
            "These runs did not store their test data and machine, so no front can be drawn.", icon=":material/info:"
        )
        return list(entries), None
    field = [e for run in everything for e in rows.entries_of(run.id) if e.place(cost) == where]
    shown = [e for e in entries if e.place(cost) == where]
    front = rows.front(field, quality, (cost,))
    others = [e for e in field if e.run not in letters]
    chart = charts.scatter(shown, others, front, letters, cost, quality)
    state = f"{list(letters)} {where} {cost} {quality} {st.session_state.get(compare.CLEARED, 0)}"
    event = st.plotly_chart(
        chart,
        key=f"compare_{hashlib.sha256(state.encode()).hexdigest()[:12]}",  # another picture starts without a brush
        on_select="rerun",
        selection_mode=("box", "lasso", "points"),
        config=SCATTER_CONFIG,
        alt=charts.scatter_alt(front, letters, cost, quality),
    )
    _say_how_to_mark(entries, shown, letters)
    _offer_front(front, letters)
    with st.expander("What the front says, and what it does not", icon=":material/timeline:"):
        st.markdown("\n".join(f"- {sentence}" for sentence in about_front(front, field, cost, quality)))
    marked = brushed(event, entries)
    return (list(entries) if marked is None else marked), front


def _controls(everything: Sequence[Run], entries: Sequence[Entry]) -> tuple[Where | None, str, str]:
    top = st.container()
    left, right = st.columns(2)
    with left:
        cost = _choice("Across", rows.COSTS, "across")
    with right:
        quality = _choice("Upwards", rows.QUALITIES, "upwards")
    with st.spinner("Reading all measurements so far"):  # the first visit reads every run; then they are cached
        known = compare.places(everything, cost)
    here = list(
        dict.fromkeys(place for e in entries if (place := e.place(cost)))
    )  # the place of the first chosen run comes first
    where = top.selectbox(
        "Test data and machine", here, format_func=known.__getitem__, key="place",
        bind="query-params",
        help="One at a time: accuracies compare only on the same test data, and times only on the same machine.",
    )  # fmt: skip
    return where, cost, quality


def _choice(label: str, options: Sequence[str], key: str) -> str:
    picked: str = st.selectbox(
        label,
        list(options),
        format_func=lambda title: rows.AXES[title][0],
        key=key,
        bind="query-params",
        persist_state="session",
    )
    return picked


def brushed(event: Any, entries: Sequence[Entry]) -> list[Entry] | None:
    """Return the entries whose points were marked in the chart; None if nothing is marked."""
    points = event["selection"]["points"]
    marked = {tuple(point["customdata"][:2]) for point in points if point.get("customdata")}
    return [e for e in entries if (e.run, e.variant) in marked] if marked else None


def _say_how_to_mark(entries: Sequence[Entry], shown: Sequence[Entry], letters: Mapping[str, str]) -> None:
    elsewhere = [letters[run] for run in dict.fromkeys(e.run for e in entries) if run not in {e.run for e in shown}]
    text = "Draw a box or a lasso around points: the table below then shows only those. A double click clears it. "
    text += "Dashed: the Pareto front of **everything run so far** there; faint: runs not chosen."
    if elsewhere:
        text += f" Not in this picture, because they belong to another one: {', '.join(elsewhere)}."
    glossary.explain(text, "Pareto front", "latency", "MACs")


def about_front(front: Front, field: Sequence[Entry], cost: str, quality: str) -> list[str]:
    """Say what the front covers, how certain it is, and what it leaves out, in sentences made from the figures."""
    among = front.among
    sentences = [
        f"The front covers {len(among)} variants: all that finished runs measured on this data and machine. The "
        "staircase shows the best of them; nothing beyond it was measured."
    ]
    if cost in TIMED:
        sentences.append(
            "Bars span the middle half of the timed calls. If two bars overlap, neither variant is clearly faster, so "
            "neither removes an equally accurate one from the front. The same holds for times from a busy machine, "
            "and for two models that do the same work. "
            f"Such noise alone keeps {len(front.doubtful)} of the {len(front.on_it)} variants on the front (in the "
            "table: within noise)."
        )
    if among:
        one = numbers.percent(1 / among[0].test_examples)
        sentences.append(
            f"Accuracies are those measured on {among[0].test_examples} test examples; one example is {one}. "
            "The verdicts on a run's Results page say whether a difference is more than chance."
        )
    sizes = sorted({e.macs_at for e in among})
    if cost == "MACs" and len(sizes) > 1:
        sentences.append(f"MACs are for one example, and its size differs here: {', '.join(sizes)}.")
    if len(among) < len(field):
        sentences.append(f"Variants left out because this was not measured for them: {len(field) - len(among)}.")
    if len({e.where for e in field}) == 1:
        together = rows.front(field, quality, rows.AT_ONCE)
        sentences.append(
            f"If gzipped file, MACs and latency of one example all count at once, {len(together.on_it)} of "
            f"{len(together.among)} variants are on the front, {len(together.doubtful)} of them within noise."
        )
    sentences.append("Cells of experiments are on no front: their files, MACs and latency are not measured.")
    return sentences


def _offer_front(front: Front, letters: Mapping[str, str]) -> None:
    """Offer to add the runs on the front that are not chosen yet."""
    missing = list(dict.fromkeys(e.run for e in front.on_it if e.run not in letters))
    room = compare.MOST_COMPARED - len(letters)
    if missing[:room]:
        st.button(
            f"Add the front's other runs ({len(missing[:room])})",
            icon=":material/add:",
            key="add_front_runs",
            on_click=compare.open_with,
            args=([*letters, *missing[:room]],),
        )


# -- parallel coordinates


def parallel(entries: Sequence[Entry], letters: Mapping[str, str]) -> list[Entry]:
    """Draw every variant as a line; return those within the ranges."""
    titles = [title for title in rows.COLUMNS if all(title in e.values for e in entries)]
    axes = st.pills(
        "Axes",
        titles,
        selection_mode="multi",
        default=[title for title in FIRST_AXES if title in titles],
        key="axes",
        bind="query-params",
        persist_state="session",
    )
    ranges = narrowed(entries, [title for title in titles if title in axes])
    kept = [e for e in entries if charts.inside(e, ranges)]
    chart, alt = charts.parallel(entries, letters, ranges), charts.parallel_alt(entries, kept, letters)
    chart_view.show(chart, "compare_parallel", alt)
    gone = [title for title in rows.COLUMNS if title not in titles]
    st.caption(
        "Each line is a variant, in its colour on the first axis. The sliders grey out lines and filter the table. "
        "Dragging along an axis also marks lines, but only in the picture: Plotly does not report it to the page."
        + (f" Not measured for all variants, so without an axis: {', '.join(gone)}." if gone else "")
    )
    return kept


FIRST_AXES = ("Accuracy", "Non-zero", "MACs", "Gzipped", "Batch 1")


def narrowed(entries: Sequence[Entry], axes: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return a range for each axis, from a slider over the measured values; the whole axis if all are equal."""
    ranges: dict[str, tuple[float, float]] = {}
    places = st.columns(len(axes)) if axes else []
    for place, title in zip(places, axes, strict=True):
        texts: dict[str, list[float]] = {}
        for entry in sorted(entries, key=lambda e, title=title: e.values[title]):  # type: ignore[misc]
            texts.setdefault(entry.texts[title], []).append(entry.values[title])
        ends = list(texts)
        low, high = ends[0], ends[-1]
        if len(ends) > 1:
            key = hashlib.sha256(" ".join(ends).encode()).hexdigest()[:12]
            low, high = place.select_slider(title, ends, (low, high), key=f"{compare.RANGE}{title}_{key}")
        ranges[title] = (min(texts[low]), max(texts[high]))
    return ranges
