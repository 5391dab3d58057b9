"""Variants of several runs, and the runs' settings side by side -> tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.catalog.models import MODELS
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
from ui.settings import fields

ON_THE_FRONT = "On the front"
MARK = "rgba(230, 159, 0, 0.18)"
ON_FRONT, BY_NOISE, ELSEWHERE = "yes", "within noise", "not compared"


def variants(entries: Sequence[Entry], names: Mapping[str, str], front: Front | None) -> Table:
    """A row a variant.

    Args:
        names: Run id -> what its rows call it.
        front: The one that is drawn; None where there is none, and then no column for it.
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
    "Run": "Its letter in the charts, and its model.",
    ON_THE_FRONT: (
        "Of the Pareto front in the picture above. Within noise: on it, though a better variant is not clearly slower. "
        "Not compared: it has other test data or another machine, or this was not measured of it."
    ),
    **{title: column.tip for title, column in COLUMNS.items()},
}


def raw(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The stored figures in plain numbers: for a download."""
    rows = []
    for e in entries:
        data, machine = e.where or (UNKNOWN, UNKNOWN)
        rows.append({"run": e.run, "variant": e.variant, **e.values, "data": data, "machine": machine})
    return rows


def side_by_side(
    runs: Sequence[Run], entries: Sequence[Entry], provenances: Mapping[str, Provenance | None]
) -> dict[str, list[str]]:
    """Settings, provenance and results: what -> a text for each run."""
    said: dict[str, list[str]] = {}
    for name in RunConfig.model_fields:
        said[SETTINGS[name].title] = [fields.written(name, r.settings) for r in runs]
    known = [provenances[r.id] for r in runs]
    said["Weights it had"] = [SOURCES[p.source] if p else UNKNOWN for p in known]
    said["Machine"] = [f"{p.device}, {numbers.several(p.threads, 'thread')}" if p else UNKNOWN for p in known]
    texts = {(e.run, e.variant): e.texts for e in entries}
    lasts = {e.run: e.variant for e in entries}.values()
    for variant in COLOURS:
        said[f"Accuracy, {variant}"] = [texts.get((r.id, variant), {}).get("Accuracy", MISSING) for r in runs]
    for variant in (v for v in COLOURS if v in lasts):
        for title in ("Non-zero", "MACs", "File", "Gzipped", "Batch 1"):
            said[f"{title}, {variant}"] = [texts.get((r.id, variant), {}).get(title, MISSING) for r in runs]
    return said


def differing(said: Mapping[str, Sequence[str]]) -> list[str]:
    """The rows in which the runs differ; what was not measured or is not known of one does not."""
    return [row for row, texts in said.items() if len(set(texts) - {MISSING, UNKNOWN}) > 1]


def run_names(runs: Sequence[Run], letters: Mapping[str, str]) -> dict[str, str]:
    """Run id -> its letter and what it is: A: ResNet-18, T 4."""
    return {r.id: f"{letters[r.id]}: {MODELS[r.settings.model].title}, T {r.settings.temperature:g}" for r in runs}


def marked(said: Mapping[str, Sequence[str]], names: Sequence[str], rows: Sequence[str]) -> Table:
    """A row a text of each run, a column a run, with some rows marked."""

    def cell(text: str, row: str) -> Cell:
        return Cell(text, text, tint=MARK if row in rows else "", strong=row in rows)

    columns = ("What", *names)
    shown = [[cell(text, row) for text in (row, *texts)] for row, texts in said.items()]
    return Table(columns, shown, sortable=False)
