"""Measurements -> data frames and their column configurations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from simulator import words
from simulator.catalog import MODELS, ModelInfo
from simulator.counts import Count
from simulator.events import Measurement, Variant
from simulator.statistics import by_variant, middle_halves_overlap, relative, spread
from simulator.store import Run
from ui import settings
from ui.charts import COLOURS
from ui.columns import BATCHES, TIMED, Column, Seeds


def comparison(measurements: Sequence[Measurement], columns: dict[str, Column]) -> Styler:
    """A row a variant; the best value of each column is bold and starred, where there is more than one value."""
    frame, style = starred(measurements, columns)
    return frame.style.apply(lambda _: style, axis=None)


def starred(measurements: Sequence[Measurement], columns: dict[str, Column]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The compression table with its stars, and the CSS of each cell."""
    groups = by_variant(measurements)
    names = list(groups)
    frame = pd.DataFrame({title: [show(ms) for ms in groups.values()] for title, (show, *_) in columns.items()})
    frame.insert(0, "Variant", pd.Series(names, dtype="str"))
    style = pd.DataFrame("", index=frame.index, columns=frame.columns)
    style["Variant"] = [f"background-color: {COLOURS[name]}40; font-weight: bold" for name in names]
    for title, (_, compare, more_is_better, _) in columns.items():
        winners = best(groups, compare, more_is_better) if compare else []
        if title in TIMED and not clearly_fastest(groups, winners, TIMED[title]):
            winners = []
        for name in winners:
            row = names.index(name)
            frame.at[row, title] = f"★ {frame.at[row, title]!s}"
            style.at[row, title] = "font-weight: bold"
    return frame, style


def best(groups: Mapping[Variant, Seeds], of: Callable[[Seeds], float], more_is_better: bool) -> list[Variant]:
    """The variants with the best value; none where more than half share it, for that distinguishes nobody."""
    values = {name: words.as_printed(of(ms)) for name, ms in groups.items()}
    top = max(values.values()) if more_is_better else min(values.values())
    names = [name for name, value in values.items() if value == top]
    return names if 2 * len(names) <= len(values) else []


def clearly_fastest(groups: Mapping[Variant, Seeds], winners: Sequence[Variant], batch: str) -> bool:
    """Whether the winners' timed calls stand apart from those of all others: a star must not mark noise."""
    others = [ms for name, ms in groups.items() if name not in winners]
    return not any(times_overlap(groups[name], ms, batch) for name in winners for ms in others)


def times_overlap(a: Seeds, b: Seeds, batch: str) -> bool:
    """Whether the middle halves of the timed calls share values, for any seed of one and any of the other."""
    timed = [[m.latency_ms[batch] for m in ms if batch in m.latency_ms] for ms in (a, b)]
    return any(middle_halves_overlap(one, other) for one in timed[0] for other in timed[1])


def column_config(columns: dict[str, Column]) -> dict[str, Any]:
    """Headings with their tooltips. No column is pinned: Streamlit draws pinned ones at 60 % opacity."""
    config: dict[str, Any] = {t: st.column_config.TextColumn(t, help=tip) for t, (_, _, _, tip) in columns.items()}
    return {"Variant": st.column_config.TextColumn("Variant"), **config}


TOO_NOISY = "within noise"

NOT_IN_CSV = {
    "layers", "confusion", "generated", "latency_ms", "accuracy_interval", "answers", "sparse_encodings",
}  # fmt: skip


def plain(measurements: Sequence[Measurement]) -> pd.DataFrame:
    """Every figure of the table as a plain number, a row a variant and seed: what the CSV holds."""
    rows = []
    for m in measurements:
        row: dict[str, Any] = m.model_dump(exclude=NOT_IN_CSV)
        row["accuracy_low"], row["accuracy_high"] = m.accuracy_interval
        for batch, latency in m.latency_ms.items():
            row |= {f"latency_ms_{batch}_{k}": v for k, v in latency.model_dump().items()}
        rows.append(row)
    return pd.DataFrame(rows)


def gains(variant: Seeds, reference: Measurement) -> list[tuple[str, str, str]]:
    """(what, change, explanation) of a variant against the teacher; what became less has a minus, what grew a plus.

    Of several seeds, means; where the seeds differ, the explanation holds the standard deviation.
    """
    changes = [relative(m, reference) for m in variant]

    def row(
        what: str, values: Sequence[float], form: Callable[[float], str], was: str, now: str
    ) -> tuple[str, str, str]:
        over = spread(values)
        seeds = f" Mean of {over.seeds} seeds, standard deviation {over.deviation:.2g}." if over.deviation else ""
        return what, form(over.mean), f"{was} to {now}.{seeds}"

    def mean(of: Callable[[Measurement], float]) -> float:
        return spread([of(m) for m in variant]).mean

    rows = [
        row(
            "Accuracy, points",
            [c.accuracy_change_points for c in changes],
            words.points,
            words.percent(reference.accuracy),
            words.percent(mean(lambda m: m.accuracy)),
        ),
        row(
            "File size",
            [c.size_reduction for c in changes],
            _less,
            words.size(reference.size_bytes),
            words.size(mean(lambda m: m.size_bytes)),
        ),
        row(
            "MACs",
            [c.macs_reduction for c in changes],
            _less,
            words.count(reference.macs),
            words.count(mean(lambda m: m.macs)),
        ),
    ]
    for batch in changes[0].latency_improvement:
        rows.append(
            row(
                f"Latency, {BATCHES[batch][0]}",
                [c.latency_improvement[batch] for c in changes],
                (lambda _: TOO_NOISY) if times_overlap(variant, [reference], batch) else _less,
                words.milliseconds(reference.latency_ms[batch].median),
                words.milliseconds(mean(lambda m, batch=batch: m.latency_ms[batch].median)),  # type: ignore[misc]
            )
        )
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

STARS = "★ marks the best of a column as it is printed; of times, only one that is clearly the fastest."
SIDEWAYS = "Scroll a table sideways where it is wider than the screen."
MISSING, UNKNOWN = "not measured", "not known"
NOTE_START = 80
"""Characters of a run's notes that stand in its row: a name, or what was asked."""

RUN_COLUMNS: dict[str, Any] = {
    "Run": st.column_config.TextColumn("Run", width="small", help="The run's id, as in its link."),
    "Notes": st.column_config.TextColumn("Notes", help="How its notes begin: write your name there to find your runs."),
    "T": st.column_config.NumberColumn("T", width="small", help="Temperature", format="%g"),
    "Alpha": st.column_config.NumberColumn("Alpha", width="small", help="Weight of the soft loss", format="%g"),
    "Epochs": st.column_config.NumberColumn("Epochs", width="small"),
    "Sparsity": st.column_config.NumberColumn(
        "Sparsity", help="Target sparsity; none where each layer has its own", format="percent"
    ),
    "Result": st.column_config.TextColumn("Accuracy", help="Test accuracy of the run's last variant"),
    "File": st.column_config.TextColumn("File", help="Its dense file against the teacher's"),
}


SOURCES = {"pretrained": "pretrained", "scratch": "from scratch"}


def headline(measurements: Sequence[Measurement]) -> tuple[str, str]:
    """The accuracy of the last variant, and its file against the teacher's; empty where they were not measured."""
    if not measurements:
        return "", ""
    groups = by_variant(measurements)
    last, teacher = groups[measurements[-1].name], groups.get("teacher")
    size = _less(spread([relative(m, teacher[0]).size_reduction for m in last]).mean) if teacher else ""
    return words.over_seeds([m.accuracy for m in last], words.percent), size


def run_rows(runs: Sequence[Run], headlines: Mapping[str, tuple[str, str]], notes: Mapping[str, str]) -> pd.DataFrame:
    """A row a run: when, state, how its notes begin, settings that matter most, headline figures."""
    return pd.DataFrame(
        {
            "When": words.ago(run.created_at),
            "State": run.origin if run.origin in ("recorded", "imported") else run.state,
            "Experiment": run.study.entry.title if run.study else "",
            "Notes": notes.get(run.id, "").partition("\n")[0][:NOTE_START],
            "Model": MODELS[run.settings.model].title,
            "Result": headlines.get(run.id, ("", ""))[0],
            "File": headlines.get(run.id, ("", ""))[1],
            "Data": settings.shown("dataset", run.settings.dataset),
            "T": None if run.study else run.settings.temperature,
            "Alpha": None if run.study else run.settings.alpha,
            "Epochs": run.settings.epochs,
            "Sparsity": None if run.study or run.settings.scope == "by_hand" else run.settings.target_sparsity,
            "Run": run.id,
        }
        for run in runs
    )
