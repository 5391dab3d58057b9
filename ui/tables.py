"""Measurements -> data frames and their column configurations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from simulator.catalog import MODELS, ModelInfo
from simulator.config import RunConfig
from simulator.counts import Count
from simulator.events import Measurement, Provenance, Variant
from simulator.statistics import relative
from simulator.store import Run
from ui import settings, words
from ui.charts import COLOURS

BATCHES = {"batch_1": ("batch 1", "one example"), "batch_32": ("batch 32", "32 examples at once")}

# title -> (what to show, what to compare or None, whether more is better, the tooltip of the heading)
Column = tuple[Callable[[Measurement], str], Callable[[Measurement], float] | None, bool, str]


def _median(batch: str) -> Column:
    def show(m: Measurement) -> str:
        return words.milliseconds(m.latency_ms[batch].median) if batch in m.latency_ms else "not measured"

    def compare(m: Measurement) -> float:
        return m.latency_ms[batch].median if batch in m.latency_ms else float("inf")

    return show, compare, False, f"Latency: median time for {BATCHES[batch][1]}."


def _spread(batch: str) -> Column:
    def show(m: Measurement) -> str:
        if batch not in m.latency_ms:
            return "not measured"
        return f"{words.three(m.latency_ms[batch].p25)} to {words.milliseconds(m.latency_ms[batch].p75)}"

    return show, None, False, "The range that the middle half of the timed calls fell into."


def _slowest(batch: str) -> Column:
    def show(m: Measurement) -> str:
        return words.milliseconds(m.latency_ms[batch].p95) if batch in m.latency_ms else "not measured"

    return show, None, False, "95 % of the timed calls took less than this."


QUALITY: dict[str, Column] = {
    "Accuracy": (lambda m: words.percent(m.accuracy), lambda m: m.accuracy, True, "Share of right answers."),
    "95 % interval": (
        lambda m: " to ".join(f"{100 * end:.1f}" for end in m.accuracy_interval) + " %",
        None,
        True,
        "Where the accuracy on endless data of this kind probably lies (Wilson score interval).",
    ),
    "Precision": (
        lambda m: words.percent(m.precision),
        lambda m: m.precision,
        True,
        "Of the answers that name a class, the share that is right; mean over the classes.",
    ),
    "Recall": (
        lambda m: words.percent(m.recall),
        lambda m: m.recall,
        True,
        "Of the examples of a class, the share that was found; mean over the classes.",
    ),
    "F1": (
        lambda m: words.percent(m.f1),
        lambda m: m.f1,
        True,
        "Harmonic mean of precision and recall; mean over the classes.",
    ),
}
COST: dict[str, Column] = {
    "Parameters": (
        lambda m: words.count(m.parameters),
        lambda m: m.parameters,
        False,
        "Numbers the model stores, zeros included.",
    ),
    "Non-zero": (
        lambda m: words.count(m.nonzero_parameters),
        lambda m: m.nonzero_parameters,
        False,
        "Parameters that are not zero.",
    ),
    "Zeros": (
        lambda m: words.percent(m.sparsity),
        None,
        True,
        "Sparsity: the measured fraction of zeros among all parameters.",
    ),
    "MACs": (
        lambda m: words.count(m.macs),
        lambda m: m.macs,
        False,
        "Multiply-adds for one example; element-wise work is left out.",
    ),
    "File": (
        lambda m: words.size(m.size_bytes),
        lambda m: m.size_bytes,
        False,
        "The dense safetensors file: every zero is stored in full.",
    ),
    "Gzipped": (lambda m: words.size(m.gzip_bytes), lambda m: m.gzip_bytes, False, "The same file after gzip."),
    "Peak memory of its stage": (
        lambda m: words.size(m.stage_peak_memory_mb * 2**20),
        None,
        False,
        "Highest memory of the whole run, the other models included, while the stage that made this variant ran.",
    ),
}
SPEED: dict[str, Column] = {
    "Batch 1": _median("batch_1"),
    "Middle half": _spread("batch_1"),
    "95 % under": _slowest("batch_1"),
    "Batch 32": _median("batch_32"),
    "Middle half ": _spread("batch_32"),  # column names must differ; the blank does not show
    "95 % under ": _slowest("batch_32"),
}


def comparison(measurements: Sequence[Measurement], columns: dict[str, Column]) -> Styler:
    """A row a variant; the best value of each column is bold and starred, where there is more than one value."""
    names = [m.name for m in measurements]
    frame = pd.DataFrame({title: [show(m) for m in measurements] for title, (show, *_) in columns.items()})
    frame.insert(0, "Variant", pd.Series(names, dtype="str"))
    style = pd.DataFrame("", index=frame.index, columns=frame.columns)
    style["Variant"] = [f"color: {COLOURS[name]}; font-weight: bold" for name in names]
    for title, (_, compare, more_is_better, _) in columns.items():
        for name in best(measurements, compare, more_is_better) if compare else ():
            row = names.index(name)
            frame.at[row, title] = f"★ {frame.at[row, title]!s}"
            style.at[row, title] = "font-weight: bold"
    return frame.style.apply(lambda _: style, axis=None)


def best(
    measurements: Sequence[Measurement], of: Callable[[Measurement], float], more_is_better: bool
) -> list[Variant]:
    """The variants with the best value; none where more than half share it, for that distinguishes nobody."""
    values = [of(m) for m in measurements]
    top = max(values) if more_is_better else min(values)
    names: list[Variant] = [m.name for m, value in zip(measurements, values, strict=True) if value == top]
    return names if 2 * len(names) <= len(values) else []


def column_config(columns: dict[str, Column]) -> dict[str, Any]:
    """Headings with their tooltips; the variant stays in view when the table scrolls."""
    config: dict[str, Any] = {t: st.column_config.TextColumn(t, help=tip) for t, (_, _, _, tip) in columns.items()}
    return {"Variant": st.column_config.TextColumn("Variant", pinned=True), **config}


def plain(measurements: Sequence[Measurement]) -> pd.DataFrame:
    """Every figure of the table as a plain number, a row a variant: what the CSV holds."""
    rows = []
    for m in measurements:
        row: dict[str, Any] = m.model_dump(
            exclude={"layers", "confusion", "generated", "latency_ms", "accuracy_interval"}
        )
        row["accuracy_low"], row["accuracy_high"] = m.accuracy_interval
        for batch, latency in m.latency_ms.items():
            row |= {f"latency_ms_{batch}_{k}": v for k, v in latency.model_dump().items()}
        rows.append(row)
    return pd.DataFrame(rows)


def gains(variant: Measurement, reference: Measurement) -> list[tuple[str, str, str]]:
    """(what, change, explanation) of a variant against the teacher; what became less has a minus, what grew a plus."""
    change = relative(variant, reference)
    rows = [
        ("Accuracy, points", words.points(change.accuracy_change_points), "Percentage points against the teacher."),
        (
            "File size",
            _less(change.size_reduction),
            f"{words.size(reference.size_bytes)} to {words.size(variant.size_bytes)}.",
        ),
        ("MACs", _less(change.macs_reduction), f"{words.count(reference.macs)} to {words.count(variant.macs)}."),
    ]
    for batch, improvement in change.latency_improvement.items():
        times = [words.milliseconds(m.latency_ms[batch].median) for m in (reference, variant)]
        rows.append((f"Latency, {BATCHES[batch][0]}", _less(improvement), " to ".join(times) + "."))
    return rows


def _less(reduction: float) -> str:
    return words.signed(-reduction, "%")


def model_figures(info: ModelInfo, counted: Count | None) -> pd.DataFrame:
    """Published figures of a model beside those that our own code counted; None where nothing is counted yet."""
    missing = "not counted yet"
    published = info.published
    return pd.DataFrame(
        {
            "Published": [
                f"{published.parameters:,}",
                words.count(published.macs) if published.macs is not None else "no figure found",
            ],
            "Counted by us": [
                f"{counted.parameters:,}" if counted else missing,
                f"{words.count(counted.macs)} at {counted.at}" if counted else missing,
            ],
        },
        index=["Parameters", "MACs"],
    )


# -- runs

RUN_COLUMNS: dict[str, Any] = {
    "Run": st.column_config.TextColumn("Run", help="The run's id, as in its link."),
    "T": st.column_config.NumberColumn("T", help="Temperature", format="%g"),
    "Alpha": st.column_config.NumberColumn("Alpha", help="Weight of the soft loss", format="%g"),
    "Sparsity": st.column_config.NumberColumn("Sparsity", help="Target sparsity", format="percent"),
    "Result": st.column_config.TextColumn("Accuracy", help="Test accuracy of the run's last variant"),
    "File": st.column_config.TextColumn("File", help="Its dense file against the teacher's"),
}


SOURCES = {"pretrained": "pretrained", "scratch": "from scratch"}


def headline(measurements: Sequence[Measurement]) -> tuple[str, str]:
    """The accuracy of the last variant, and its file against the teacher's; empty where they were not measured."""
    if not measurements:
        return "", ""
    last, teacher = measurements[-1], next((m for m in measurements if m.name == "teacher"), None)
    return words.percent(last.accuracy), _less(relative(last, teacher).size_reduction) if teacher else ""


def run_rows(runs: Sequence[Run], headlines: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """A row a run: when, state, settings that matter most, headline figures."""
    return pd.DataFrame(
        {
            "Run": run.id,
            "When": words.ago(run.created_at),
            "State": "recorded" if run.origin == "recorded" else run.state,
            "Experiment": run.study.entry.title if run.study else "",
            "Model": MODELS[run.settings.model].title,
            "Data": settings.shown("dataset", run.settings.dataset),
            "T": None if run.study else run.settings.temperature,
            "Alpha": None if run.study else run.settings.alpha,
            "Epochs": run.settings.epochs,
            "Sparsity": None if run.study else run.settings.target_sparsity,
            "Result": headlines.get(run.id, ("", ""))[0],
            "File": headlines.get(run.id, ("", ""))[1],
        }
        for run in runs
    )


def side_by_side(
    runs: Sequence[Run], measured: Mapping[str, list[Measurement]], provenances: Mapping[str, Provenance | None]
) -> tuple[pd.DataFrame, list[str]]:
    """Settings, provenance and results with a column a run, and the rows in which the runs differ."""
    table: dict[str, list[str]] = {}
    for name in RunConfig.model_fields:
        table[settings.all_controls()[name].label] = [settings.shown(name, getattr(r.settings, name)) for r in runs]
    known = [provenances[r.id] for r in runs]
    table["Weights it had"] = [SOURCES[p.source] if p else "" for p in known]
    table["Machine"] = [f"{p.device}, {p.threads} threads" if p else "" for p in known]
    for variant in COLOURS:
        found = [next((m for m in measured[r.id] if m.name == variant), None) for r in runs]
        table[f"Accuracy, {variant}"] = [words.percent(m.accuracy) if m else "" for m in found]
    last = [measured[r.id][-1] if measured[r.id] else None for r in runs]
    for title in ("Non-zero", "MACs", "File", "Gzipped", "Batch 1"):
        table[f"{title}, last variant"] = [(COST | SPEED)[title][0](m) if m else "" for m in last]
    frame = pd.DataFrame.from_dict(table, orient="index", columns=[r.id for r in runs])
    return frame, [row for row, values in table.items() if len(set(values)) > 1]


def highlight(frame: pd.DataFrame, rows: Sequence[str]) -> Styler:
    """The frame with some rows marked."""
    mark = "background-color: rgba(230, 159, 0, 0.18); font-weight: bold"
    return frame.style.apply(lambda row: [mark if row.name in rows else ""] * len(row), axis=1)
