"""Tables of the variants of several runs, and of the runs' settings side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.config.run import RunConfig
from simulator.config.settings import SETTINGS
from simulator.events import Provenance
from simulator.figures import numbers
from simulator.runs.database.store import Run
from ui.figures import table
from ui.figures.charts import COLOURS
from ui.figures.columns import MISSING
from ui.figures.compare.rows import COLUMNS, Entry, Front
from ui.figures.run.tables import SOURCES, UNKNOWN, variant_cell
from ui.figures.table import Cell, Table
from ui.settings import differences, fields

ON_THE_FRONT = "On the front"
MARK = "rgba(230, 159, 0, 0.18)"
ON_FRONT, BY_NOISE, ELSEWHERE = "yes", "within noise", "not compared"


def variants(entries: Sequence[Entry], names: Mapping[str, str], front: Front | None) -> Table:
    """Return a table with one row per variant.

    Args:
        names: Run id -> its name in the table.
        front: The front that is drawn; with None, there is no column for it.
    """
    rows: list[table.Row] = [
        {
            "Variant": variant_cell(e.variant),
            "Run": names[e.run],
            **({ON_THE_FRONT: _standing(e, front)} if front is not None else {}),
            **{title: Cell(e.texts[title], e.values.get(title)) for title in COLUMNS},
        }
        for e in entries
    ]
    return table.of(rows, TIPS)


def _standing(entry: Entry, front: Front) -> str:
    if entry in front.doubtful:
        return BY_NOISE
    if entry in front.on_it:
        return ON_FRONT
    return "" if entry in front.among else ELSEWHERE


TIPS = {
    "Run": "Its letter in the charts, and what distinguishes it from the other runs.",
    ON_THE_FRONT: (
        "On the Pareto front in the picture above. Within noise: on it, though a better variant is not clearly slower. "
        "Not compared: it has other test data or another machine, or this was not measured for it."
    ),
    **{title: column.tip for title, column in COLUMNS.items()},
}


def raw(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return the stored figures as plain numbers, for a download."""
    rows = []
    for e in entries:
        data, machine = e.where or (UNKNOWN, UNKNOWN)
        rows.append({"run": e.run, "variant": e.variant, **e.values, "data": data, "machine": machine})
    return rows


def side_by_side(
    runs: Sequence[Run], entries: Sequence[Entry], provenances: Mapping[str, Provenance | None]
) -> dict[str, list[str]]:
    """Return settings, provenance and results: row title -> a text for each run."""
    texts_of: dict[str, list[str]] = {}
    for name in RunConfig.model_fields:
        texts_of[SETTINGS[name].title] = [fields.written(name, r.settings) for r in runs]
    known = [provenances[r.id] for r in runs]
    texts_of["Weights used"] = [SOURCES[p.source] if p else UNKNOWN for p in known]
    texts_of["Machine"] = [f"{p.device}, {numbers.several(p.threads, 'thread')}" if p else UNKNOWN for p in known]
    texts = {(e.run, e.variant): e.texts for e in entries}
    lasts = {e.run: e.variant for e in entries}.values()
    for variant in COLOURS:
        texts_of[f"Accuracy, {variant}"] = [texts.get((r.id, variant), {}).get("Accuracy", MISSING) for r in runs]
    for variant in (v for v in COLOURS if v in lasts):
        for title in ("Non-zero", "MACs", "File", "Gzipped", "Batch 1"):
            texts_of[f"{title}, {variant}"] = [texts.get((r.id, variant), {}).get(title, MISSING) for r in runs]
    return texts_of


def differing(texts_of: Mapping[str, Sequence[str]]) -> list[str]:
    """List the rows in which the runs differ; values that are missing or not known do not count as different."""
    return [row for row, texts in texts_of.items() if len(set(texts) - {MISSING, UNKNOWN}) > 1]


def run_names(runs: Sequence[Run], letters: Mapping[str, str]) -> dict[str, str]:
    """Return run id -> its letter, and what distinguishes it from the other runs: A: T = 8, 80 % cut."""
    names = differences.names_of({run.id: run.settings for run in runs})
    return {run_id: f"{letters[run_id]}: {name}" for run_id, name in names.items()}


def marked(texts_of: Mapping[str, Sequence[str]], names: Sequence[str], rows: Sequence[str]) -> Table:
    """Return a table with a column per run, with some rows marked."""

    def cell(text: str, row: str) -> Cell:
        return Cell(text, text, tint=MARK if row in rows else "", strong=row in rows)

    columns = ("What", *names)
    shown = [[cell(text, row) for text in (row, *texts)] for row, texts in texts_of.items()]
    return Table(columns, shown, sortable=False)
