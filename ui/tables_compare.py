"""Variants of several runs, and the runs' settings side by side -> data frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from simulator.catalog import MODELS
from simulator.config import RunConfig
from simulator.events import Provenance
from simulator.store import Run
from ui import settings
from ui.charts import COLOURS
from ui.compared import COLUMNS, Entry, Front
from ui.tables import MISSING, SOURCES, UNKNOWN

ON_FRONT, BY_NOISE, ELSEWHERE = "yes", "within noise", "not compared"


def variants(entries: Sequence[Entry], names: Mapping[str, str], front: Front | None) -> Styler:
    """A row a variant. The cells hold the stored values, so that a click on a heading sorts them as numbers.

    Args:
        names: Run id -> what its rows call it.
        front: The one that is drawn; None where there is none, and then no column for it.
    """
    frame = pd.DataFrame({title: [e.values.get(title) for e in entries] for title in COLUMNS}, dtype="float64")
    frame.insert(0, "Variant", pd.Series([e.variant for e in entries], dtype="str"))
    frame.insert(1, "Run", pd.Series([names[e.run] for e in entries], dtype="str"))
    if front is not None:
        frame.insert(2, "On the front", pd.Series([_standing(e, front) for e in entries], dtype="str"))
    style = frame.style
    for title in COLUMNS:
        by_value = {e.values[title]: e.texts[title] for e in entries if title in e.values}
        style = style.format(lambda v, texts=by_value: texts[v], subset=[title], na_rep=MISSING)  # type: ignore[misc]
        for row, e in enumerate(entries):  # equal means of different seeds: a text of its own
            if title in e.values and by_value[e.values[title]] != e.texts[title]:
                style = style.format(lambda _, text=e.texts[title]: text, subset=(row, title))  # type: ignore[misc]
    return style.apply(lambda names: [f"background-color: {COLOURS[n]}40; font-weight: bold" for n in names],
                       subset=["Variant"])  # fmt: skip


def _standing(entry: Entry, front: Front) -> str:
    if entry in front.doubtful:
        return BY_NOISE
    if entry in front.on_it:
        return ON_FRONT
    return "" if entry in front.among else ELSEWHERE


def variant_columns() -> dict[str, Any]:
    """Headings with their tooltips."""
    front = (
        "Of the Pareto front in the picture above. Within noise: on it, though a better variant is not clearly slower. "
        "Not compared: it has other test data or another machine, or this was not measured of it."
    )
    return {
        "Run": st.column_config.TextColumn("Run", help="Its letter in the charts, and its model."),
        "On the front": st.column_config.TextColumn("On the front", help=front),
        **{title: st.column_config.NumberColumn(title, help=tip) for title, (_, _, _, tip) in COLUMNS.items()},
    }


def raw(entries: Sequence[Entry]) -> pd.DataFrame:
    """The stored figures in plain numbers: for a download."""
    rows = []
    for e in entries:
        data, machine = e.where or (UNKNOWN, UNKNOWN)
        rows.append({"run": e.run, "variant": e.variant, **e.values, "data": data, "machine": machine})
    return pd.DataFrame(rows)


def side_by_side(
    runs: Sequence[Run], names: Sequence[str], entries: Sequence[Entry], provenances: Mapping[str, Provenance | None]
) -> tuple[pd.DataFrame, list[str]]:
    """Settings, provenance and results with a column a run, and the rows in which the runs differ."""
    table: dict[str, list[str]] = {}
    for name in RunConfig.model_fields:
        table[settings.all_controls()[name].label] = [settings.shown(name, getattr(r.settings, name)) for r in runs]
    known = [provenances[r.id] for r in runs]
    table["Weights it had"] = [SOURCES[p.source] if p else UNKNOWN for p in known]
    table["Machine"] = [f"{p.device}, {p.threads} threads" if p else UNKNOWN for p in known]
    texts = {(e.run, e.variant): e.texts for e in entries}
    lasts = {e.run: e.variant for e in entries}.values()
    for variant in COLOURS:
        table[f"Accuracy, {variant}"] = [texts.get((r.id, variant), {}).get("Accuracy", MISSING) for r in runs]
    for variant in (v for v in COLOURS if v in lasts):
        for title in ("Non-zero", "MACs", "File", "Gzipped", "Batch 1"):
            table[f"{title}, {variant}"] = [texts.get((r.id, variant), {}).get(title, MISSING) for r in runs]
    frame = pd.DataFrame.from_dict(table, orient="index", columns=list(names))
    return frame, [row for row, values in table.items() if len(set(values) - {MISSING, UNKNOWN}) > 1]


def run_names(runs: Sequence[Run], letters: Mapping[str, str]) -> dict[str, str]:
    """Run id -> its letter and what it is: A: ResNet-18, T 4."""
    return {r.id: f"{letters[r.id]}: {MODELS[r.settings.model].title}, T {r.settings.temperature:g}" for r in runs}


def highlight(frame: pd.DataFrame, rows: Sequence[str]) -> Styler:
    """The frame, its row labels as a column, with some rows marked."""
    mark = "background-color: rgba(230, 159, 0, 0.18); font-weight: bold"
    labelled = frame.rename_axis("What").reset_index()
    return labelled.style.apply(lambda row: [mark if row["What"] in rows else ""] * len(row), axis=1)
