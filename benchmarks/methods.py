"""What each way to prune is worth: every way to rank and to schedule, over a few seeds with one teacher.

Each group is a sweep, carried out as the Experiments screen does. Students are small and see few examples, so that
there is something to gain and everything takes minutes. Ways to distil are measured by benchmarks/converged.py.

    python -m benchmarks.methods [--model NAME ...] [--group GROUP ...] [--seeds N] [--json FILE] [--page]

``--json`` adds to the file's content; ``--page`` writes docs/pruning_measured.md from it. A group that was stopped
(Ctrl-C) continues from the students it had.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

from rich.console import Console
from rich.table import Table

from simulator.catalog.models import MODELS
from simulator.catalog.pruning import PRUNING, importances_for
from simulator.events import CellFinished, Comparison, Described
from simulator.experiments import ExperimentConfig, make_experiment
from simulator.experiments.paired import compare, series, significant
from simulator.figures import numbers
from simulator.host.machine import process_name
from simulator.runs import archive, service
from simulator.runs.database.store import open_store

PAGE = Path(__file__).parents[1] / "docs" / "pruning_measured.md"

FEW: dict[str, dict[str, Any]] = {
    "resnet18": {"student_size": 0.25, "train_examples": 200, "epochs": 10, "recovery_epochs": 4},
    "mobilenet_v2": {"student_size": 0.25, "train_examples": 200, "epochs": 10, "recovery_epochs": 4},
    "distilbert": {"student_size": 1, "train_examples": 300, "epochs": 2, "recovery_epochs": 1},
    "t5_small": {"student_size": 1, "train_examples": 300, "epochs": 2, "recovery_epochs": 1},
}
"""Settings of all groups of a model; all others are the app's defaults."""

SPARSITY = {"unstructured": 0.9, "2:4": 0.5, "structured": 0.5}

GROUPS = (*PRUNING, "schedules")

SHOWN = ("distilled", "pruned", "final", "zeros")

Found = dict[str, list[dict[str, Any]]]
"""Model -> its measured groups."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=MODELS, action="append")
    parser.add_argument("--group", choices=GROUPS, action="append")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="measured groups are added to this file")
    parser.add_argument("--page", action="store_true", help="only write the docs page from --json")
    options = parser.parse_args()
    found: Found = {}
    if options.json and options.json.is_file():
        found = json.loads(options.json.read_text(encoding="utf-8"))
    if options.page:
        PAGE.write_text(page(found), encoding="utf-8")
        return
    console = Console(width=150)
    for model in options.model or MODELS:
        for group in options.group or GROUPS:
            result = measure(model, group, options.seeds)
            console.print(as_table(model, result))
            found[model] = [g for g in found.get(model, []) if g["group"] != group] + [result]
            if options.json:
                options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


def sweep_of(model: str, group: str, seeds: int) -> ExperimentConfig:
    """The sweep of a group."""
    settings = {"model": model, **FEW[model]}
    pattern = group if group in PRUNING else "unstructured"
    settings |= {"pruning": pattern, "target_sparsity": SPARSITY[pattern]}
    values = PRUNING[pattern].schedules if group == "schedules" else importances_for(MODELS[model].kind, pattern)
    return make_experiment("sweep", settings, {"schedule" if group == "schedules" else "importance": values}, seeds)


def measure(model: str, group: str, seeds: int) -> dict[str, Any]:
    """Carry out a group and compare pruned and recovered with distilled, and the recovered with each other."""
    from simulator.engine.worker import carry_out, same_experiment  # torch, only now

    config = sweep_of(model, group, seeds)
    stopped = [
        run.id
        for run in archive.list_runs(("cancelled", "interrupted"))
        if run.experiment and same_experiment(run.experiment, config)
    ]
    run_id = service.submit(config.model_copy(update={"continues": stopped[0] if stopped else ""}), origin="cli")
    store = open_store()
    store.start(run_id, process_name())
    started = datetime.now(UTC)
    for _ in carry_out(run_id, store):
        pass
    if archive.run(run_id).state != "finished":
        raise SystemExit(f"{model}, {group}: {archive.run(run_id).message}")
    events = [event for _, event in archive.events(run_id)]
    cells = [event for event in events if isinstance(event, CellFinished)]
    (axis,) = config.axes
    return {
        "group": group,
        "seconds": (datetime.now(UTC) - started).total_seconds(),
        "day": started.date().isoformat(),
        "cores": os.cpu_count(),
        "threads": next(e.provenance.threads for e in events if isinstance(e, Described)),
        "settings": config.model_dump(mode="json"),
        "rows": [row(axis.setting, value, cells, group) for value in axis.values],
    }


def row(setting: str, value: Any, cells: Sequence[CellFinished], group: str) -> dict[str, Any]:
    """A value's mean accuracies, and its differences with intervals over the seeds."""
    at = {setting: value}
    of = {name: series(cells, name, **at) for name in SHOWN}
    pairs = {"pruned - distilled": ("pruned", "distilled"), "recovered - distilled": ("final", "distilled")}
    compared = {name: compare(name, of[new], of[old]) for name, (new, old) in pairs.items()}
    if value not in ("magnitude", "one_shot"):
        usual = {setting: "one_shot" if group == "schedules" else "magnitude"}
        name = f"recovered - {usual[setting]}'s"
        compared[name] = compare(name, of["final"], series(cells, "final", **usual))
    return {
        "value": value,
        "means": {name: mean(by_seed.values()) for name, by_seed in of.items()},
        "differences": {name: c.model_dump(mode="json") for name, c in compared.items()},
    }


def cells_of(result: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of a group's table."""
    names = list(dict.fromkeys(name for r in result["rows"] for name in r["differences"]))
    headings = ["", *("recovered" if s == "final" else s for s in SHOWN), *names]
    rows = [
        [
            r["value"],
            *(f"{100 * r['means'][s]:.1f} %" for s in SHOWN),
            *(in_words(Comparison(**r["differences"][n])) if n in r["differences"] else "" for n in names),
        ]
        for r in result["rows"]
    ]
    return headings, rows


def in_words(c: Comparison) -> str:
    """A difference in points with its 95 % interval: "+3.1 (+0.4 to +5.8), better"."""
    if c.interval is None:
        return numbers.points(100 * c.mean)
    low, high = (100 * end for end in c.interval)
    judged = ("better" if c.mean > 0 else "worse") if significant(c) else "within noise"
    return f"{numbers.points(100 * c.mean)} ({numbers.between(low, high)}), {judged}"


def title_of(result: dict[str, Any]) -> str:
    """What a group varies, and at which sparsity."""
    sparsity = result["settings"]["base"]["target_sparsity"]
    if result["group"] == "schedules":
        return f"schedules, single weights, magnitude, sparsity {sparsity:g}"
    return f"importance, {PRUNING[result['group']].title.lower()}, sparsity {sparsity:g}"


def as_table(model: str, result: dict[str, Any]) -> Table:
    """A group's table for the terminal."""
    headings, rows = cells_of(result)
    table = Table(*headings, title=f"{MODELS[model].title}: {title_of(result)} ({result['seconds']:.0f} s)")
    for r in rows:
        table.add_row(*r)
    return table


INTRODUCTION = """\
# Ways to prune, measured

The effect of each way to rank and to schedule in one measurement, including those that did not help. This page is
written by `python -m benchmarks.methods --json FILE --page` from the same script's results; do not edit it by hand.

Accuracies are means over the seeds on the test examples, with one teacher for all; differences are in percentage
points with the 95 % interval of Student's paired t over the seeds ("better" and "worse": p < 0.05, one test each, not
corrected for their number). Few seeds give wide intervals: "within noise" does not mean that there is no effect.
The students are small and trained for few optimiser steps, so that there is something to gain: they had not converged,
and longer trainings may rank the ways differently. Ways to distil: [methods_measured.md](methods_measured.md).
"""


def page(found: Found) -> str:
    """All groups as Markdown."""
    parts = [INTRODUCTION]
    for model, results in found.items():
        parts.append(f"## {MODELS[model].title}\n")
        for result in sorted(results, key=lambda r: GROUPS.index(r["group"])):
            headings, rows = cells_of(result)
            lines = [headings, ["---"] * len(headings), *rows]
            table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
            parts.append(f"### {title_of(result).capitalize()}\n\n{conditions(model, result)}\n\n{table}\n")
    return "\n".join(parts)


def conditions(model: str, result: dict[str, Any]) -> str:
    """Data, settings, day, machine and command of a group."""
    experiment = result["settings"]
    base = experiment["base"]
    return (
        f"{base['dataset']}, student {base['student_size']:g}, {base['train_examples']} training examples, "
        f"{base['epochs']} epochs, {base['recovery_epochs']} of recovery, T {base['temperature']:g}, "
        f"{experiment['seeds']} seeds; {result['day']}, {result['threads']} of {result['cores']} cores, no GPU: "
        f"`python -m benchmarks.methods --model {model} --group {result['group']} --seeds {experiment['seeds']}`"
    )


if __name__ == "__main__":
    main()
