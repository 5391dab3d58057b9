"""How soon the full table is there where only one setting was moved, beside the same run with everything anew.

    python -m benchmarks.kept [--model NAME ...] [--teachers DIR] [--json FILE]

The teacher is kept and a worker waits, as in a server that is used. Seconds are from the order to the end of the run,
which has measured every variant. Uses a data directory of its own, so it trains the teachers first, unless another data
directory has them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from simulator.catalog.models import MODELS
from simulator.config.run import make_config
from simulator.events import StageFinished
from simulator.host.paths import cache_dir
from simulator.runs import archive, service
from simulator.runs.database.store import ENDED
from simulator.runs.kept import folders, teachers

MOVES: dict[str, dict[str, dict[str, Any]]] = {
    "resnet18": {"only the sparsity": {"target_sparsity": 0.8}, "only the temperature": {"temperature": 8.0}},
    "distilbert": {"only the sparsity": {"target_sparsity": 0.8}},
}
"""Model -> what is moved, away from its default."""

SETTINGS: dict[str, Any] = {}
"""Of every run, beside its defaults."""

WARM_SECONDS = 15
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Row:
    """One move: seconds from the order to the full table with what is kept, and with everything but the teacher anew.

    Attributes:
        stages: Seconds of each stage that the run with kept stages carried out.
        expected: Its forecast, in seconds.
    """

    model: str
    moved: str
    kept: float
    anew: float
    expected: float
    stages: dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=MOVES, action="append")
    parser.add_argument("--teachers", type=Path, help="a data directory whose kept teachers are copied")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        os.environ["KDPS_DATA_DIR"] = data
        if options.teachers:
            shutil.copytree(options.teachers / "cache" / "teachers", cache_dir("teachers"), dirs_exist_ok=True)
        service.start()
        rows = [row for model in options.model or MOVES for row in of_model(model)]
        service.stop()
    Console().print(as_table(rows))
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2), encoding="utf-8")


def of_model(model: str) -> list[Row]:
    """Every move of a model, each after a default run that keeps its stages."""
    anew = {moved: trained_alone(model, change) for moved, change in MOVES[model].items()}
    carry_out(model, {})
    return [row_of(model, moved, change, anew[moved]) for moved, change in MOVES[model].items()]


def trained_alone(model: str, change: dict[str, Any]) -> float:
    """Seconds of a run of which only the teacher is kept; its own stages are deleted afterwards.

    A first run trains the teacher where it is not kept yet.
    """
    if not teachers.is_cached(make_config({"model": model, **SETTINGS})):
        carry_out(model, {"train_examples": 64, "epochs": 1, "recovery_epochs": 0})
    forget_students()
    run_id, seconds = carry_out(model, change)
    forget_students()
    assert not [e for _, e in archive.events(run_id) if isinstance(e, StageFinished) and e.kept]
    return seconds


def row_of(model: str, moved: str, change: dict[str, Any], anew: float) -> Row:
    """Carry out the run with one setting moved, and take over what the default run left."""
    expected = service.forecast(make_config({"model": model, **SETTINGS, **change})).seconds
    run_id, seconds = carry_out(model, change)
    ended = [event for _, event in archive.events(run_id) if isinstance(event, StageFinished)]
    return Row(model, moved, seconds, anew, expected, {e.stage: e.seconds for e in ended if not e.kept})


def carry_out(model: str, change: dict[str, Any]) -> tuple[str, float]:
    """The id of a run and the seconds until it has ended; a worker waits with torch imported."""
    time.sleep(WARM_SECONDS)
    started = time.perf_counter()
    run_id = service.submit(make_config({"model": model, **SETTINGS, **change}))
    while archive.run(run_id).state not in ENDED:
        time.sleep(POLL_SECONDS)
    if archive.run(run_id).state != "finished":
        raise SystemExit(archive.run(run_id).message)
    return run_id, time.perf_counter() - started


def forget_students() -> None:
    """Delete every kept stage and measurement, so that the next run takes over nothing but its teacher."""
    for folder in cache_dir("stages").iterdir():
        folders.discard(folder)


def as_table(rows: list[Row]) -> Table:
    """A row a move."""
    table = Table("model", "moved", "kept (s)", "anew (s)", "forecast (s)", "stages carried out (s)")
    for row in rows:
        stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in row.stages.items())
        figures = (f"{seconds:.1f}" for seconds in (row.kept, row.anew, row.expected))
        table.add_row(MODELS[row.model].title, row.moved, *figures, stages)
    return table


if __name__ == "__main__":
    main()
