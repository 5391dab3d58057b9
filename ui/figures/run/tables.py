"""Tables of measurements, settings and runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from simulator.catalog.counts import Count
from simulator.catalog.model_info import ModelInfo
from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig
from simulator.config.settings import SETTINGS
from simulator.events import Measurement, Variant
from simulator.figures import numbers
from simulator.figures.statistics import Speed, by_variant, relative, speed, spread
from simulator.runs.database.store import Run
from ui.figures import columns, table
from ui.figures.charts import COLOURS
from ui.figures.columns import BATCHES, TIMED, Column, Seeds
from ui.figures.table import Cell, Table
from ui.settings import differences, fields

TALLEST = 800
"""The greatest height, in pixels, of a table with any number of rows; a taller one scrolls."""


STAR = "★"
BEST = f"{STAR} marks the best value of a column, as printed."
FASTEST = f"{STAR} marks a time only if it is clearly the shortest in its column."


def comparison(measurements: Sequence[Measurement], shown: Mapping[str, Column]) -> Table:
    """Return a row per variant; the best value of each column is bold and starred, if values differ enough."""
    groups = by_variant(measurements)
    starred = {title: _winners(groups, title, column) for title, column in shown.items()}
    rows = [
        {
            "Variant": variant_cell(name),
            **{t: _starred(c.cell(ms)) if name in starred[t] else c.cell(ms) for t, c in shown.items()},
        }
        for name, ms in groups.items()
    ]
    return table.of(rows, {title: column.tip for title, column in shown.items()})


def variant_cell(name: Variant) -> Cell:
    """Return a cell with a variant's name on its colour."""
    return Cell(name, name, tint=f"{COLOURS[name]}40", strong=True)


def _starred(cell: Cell) -> Cell:
    return replace(cell, text=f"{STAR} {cell.text}", strong=True)


def has_star(shown: Table) -> bool:
    """Whether any cell is starred, so that the star needs an explanation."""
    return any(cell.text.startswith(STAR) for row in shown.rows for cell in row)


def _winners(groups: Mapping[Variant, Seeds], title: str, column: Column) -> list[Variant]:
    """Return the variants with the best value in a column; for times, only if they are clearly the fastest."""
    names = best(groups, column)
    noisy = title in TIMED and not clearly_fastest(groups, names, TIMED[title])
    return [] if noisy else names


def best(groups: Mapping[Variant, Seeds], column: Column) -> list[Variant]:
    """Return the variants with the best value; none if more than half share it, because that distinguishes nobody."""
    if column.best is None:
        return []
    values = {n: numbers.as_printed(value) for n, ms in groups.items() if (value := column.value(ms)) is not None}
    top = column.best(values.values(), default=None)
    names = [name for name, value in values.items() if value == top]
    return names if 2 * len(names) <= len(groups) else []


def clearly_fastest(groups: Mapping[Variant, Seeds], winners: Sequence[Variant], batch: str) -> bool:
    """Whether the winners are faster than all others that were timed: a star must not mark noise."""
    others = [ms for name, ms in groups.items() if name not in winners and all(batch in m.latency_ms for m in ms)]
    return all(speed(ms, groups[name], batch) == "faster" for name in winners for ms in others)


NO_VERDICT: dict[Speed, str] = {
    "no clear difference": "within noise",
    "equal networks": "equal networks",
    "busy": "busy machine",
}
"""The text in place of a change of latency that may be chance."""


NOT_IN_CSV = {
    "layers", "confusion", "generated", "latency_ms", "accuracy_interval", "answers", "sparse_encodings",
}  # fmt: skip


def plain(measurements: Sequence[Measurement]) -> list[dict[str, Any]]:
    """Return every figure as a plain number, one row per variant and seed: the contents of the CSV."""
    rows = []
    for m in measurements:
        row: dict[str, Any] = m.model_dump(exclude=NOT_IN_CSV)
        row["accuracy_low"], row["accuracy_high"] = m.accuracy_interval
        for batch, latency in m.latency_ms.items():
            row |= {f"latency_ms_{batch}_{k}": v for k, v in latency.model_dump().items()}
        rows.append(row)
    return rows


def gains(variant: Seeds, reference: Measurement) -> list[tuple[str, str, str]]:
    """Return (label, change, explanation) of a variant against the teacher; decreases have a minus, increases a plus.

    With several seeds, changes are means; if the seeds differ, the explanation has the standard deviation.
    """
    changes = [relative(m, reference) for m in variant]

    def mean(of: Callable[[Measurement], float]) -> float:
        return spread([of(m) for m in variant]).mean

    accuracy = numbers.percent(reference.accuracy), numbers.percent(mean(lambda m: m.accuracy))
    size = numbers.size(reference.size_bytes), numbers.size(mean(lambda m: m.size_bytes))
    macs = numbers.count(reference.macs), numbers.count(mean(lambda m: m.macs))
    rows = [
        _gain("Accuracy, points", [c.accuracy_change_points for c in changes], numbers.points, *accuracy),
        _gain("File size", [c.size_reduction for c in changes], _less, *size),
        _gain("MACs", [c.macs_reduction for c in changes], _less, *macs),
    ]
    for batch in changes[0].latency_improvement:
        form = partial(_change, speed([reference], variant, batch))
        was = numbers.milliseconds(reference.latency_ms[batch].median)
        now = numbers.milliseconds(spread([m.latency_ms[batch].median for m in variant]).mean)
        improvements = [c.latency_improvement[batch] for c in changes]
        rows.append(_gain(f"Latency, {BATCHES[batch][0]}", improvements, form, was, now))
    return rows


def _gain(
    label: str, values: Sequence[float], form: Callable[[float], str], was: str, now: str
) -> tuple[str, str, str]:
    over = spread(values)
    seeds = ""
    if over.deviation:
        seeds = f" Mean of {over.seeds} seeds, standard deviation {numbers.deviation(over.deviation)}."
    return label, form(over.mean), f"{was} to {now}.{seeds}"


def _change(judged: Speed, reduction: float) -> str:
    return NO_VERDICT.get(judged) or _less(reduction)


def _less(reduction: float) -> str:
    return numbers.change(-reduction)


def model_figures(info: ModelInfo, counted: Count | None) -> Table:
    """Return a model's reference figures beside our own code's counts; ``counted`` is None if there are none yet."""
    published, missing = info.published, "not counted yet"
    macs = numbers.count(published.macs) if published.macs is not None else "no figure found"
    rows = [
        {
            "Figure": "Parameters",
            "Reference": numbers.whole(published.parameters),
            "Counted by us": numbers.whole(counted.parameters) if counted else missing,
        },
        {
            "Figure": "MACs",
            "Reference": macs,
            "Counted by us": numbers.count(counted.macs) if counted else missing,
        },
    ]
    return table.of(rows, sortable=False)


def settings_table(config: RunConfig, names: Iterable[str]) -> Table:
    """Return a table with one row per setting."""
    rows = [{"Setting": SETTINGS[n].title, "Value": fields.written(n, config)} for n in names]
    return table.of(rows, sortable=False)


def written(variant: Measurement) -> Table:
    """Return, for T5, a few test texts, their labels and what the variant wrote."""
    return table.of(
        [{"Text": text, "True label": label, "Written": answer} for text, label, answer in variant.generated]
    )


# -- runs

UNKNOWN = "not known"
NOTE_START = 80
"""The characters of a run's notes that its row shows: a name, or a question."""

RUN_TIPS = {
    "Changed": "The settings that are not those with which the Lab starts for this model and data.",
    "Run": "The run's id, as in its link.",
    "Notes": "How its notes begin: write your name there to find your runs.",
    "T": "Temperature",
    "Alpha": "Weight of the soft loss",
    "Sparsity": "Target sparsity; empty if each layer has its own",
    "Accuracy": "Test accuracy of the run's last variant",
    "File": "Its dense file against the teacher's",
}


SOURCES = {"pretrained": "pretrained", "scratch": "from scratch"}


NOTHING = Cell("", None)


def headline(measurements: Sequence[Measurement]) -> tuple[Cell, Cell]:
    """Return the accuracy of the last variant, and its file against the teacher's; empty if not measured."""
    if not measurements:
        return NOTHING, NOTHING
    groups = by_variant(measurements)
    last, teacher = groups[measurements[-1].name], groups.get("teacher")
    size = NOTHING
    if teacher:
        smaller = spread([relative(m, teacher[0]).size_reduction for m in last]).mean
        size = Cell(_less(smaller), -smaller)
    return columns.QUALITY["Accuracy"].cell(last), size


def run_rows(runs: Sequence[Run], headlines: Mapping[str, tuple[Cell, Cell] | None], notes: Mapping[str, str]) -> Table:
    """Return a row per run: model, what was changed, time, state, figures, notes, settings; without empty columns.

    Args:
        headlines: Run id -> its headline figures; None if they cannot be read.
        notes: Run id -> its notes.
    """
    rows = [_run_row(r, headlines.get(r.id, (NOTHING, NOTHING)), notes.get(r.id, "")) for r in runs]
    filled = {title for row in rows for title, content in row.items() if content not in ("", NOTHING)}
    return table.of([{title: content for title, content in row.items() if title in filled} for row in rows], RUN_TIPS)


def _run_row(run: Run, headline: tuple[Cell, Cell] | None, note: str) -> table.Row:
    c = run.settings
    shares = None if run.experiment or c.by_hand else c.target_sparsity
    return {
        "Model": MODELS[c.model].title,
        "Changed": "" if run.experiment else differences.in_words(differences.changed(c), c) or "nothing",
        "When": Cell(numbers.ago(run.created_at), run.created_at.isoformat()),
        "State": _state(run) if headline else "unreadable",
        "Accuracy": headline[0] if headline else NOTHING,
        "File": headline[1] if headline else NOTHING,
        "Data": fields.shown("dataset", c.dataset),
        "Notes": note.partition("\n")[0][:NOTE_START],
        "Experiment": run.experiment.entry.title if run.experiment else "",
        "T": _number(None if run.experiment else c.temperature, numbers.setting),
        "Alpha": _number(None if run.experiment else c.alpha, numbers.setting),
        "Epochs": c.epochs,
        "Sparsity": _number(shares, numbers.whole_percent),
        "Run": run.id,
    }


def _state(run: Run) -> str:
    return run.origin if run.origin in ("recorded", "imported") else run.state


def _number(value: float | None, form: Callable[[float], str]) -> Cell:
    return Cell("" if value is None else form(value), value)
