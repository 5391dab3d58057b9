"""Experiments on the command line: the list, what was asked for, the table and what it says. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from simulator.config.data_rules import datasets_here
from simulator.errors import InvalidConfig
from simulator.events import Concluded, StageFinished
from simulator.experiments import EXPERIMENTS, ExperimentConfig, make_experiment
from simulator.experiments.base import AxisValue
from simulator.experiments.config import read_values
from simulator.figures.numbers import kept_students, reading, setting
from simulator.runs import archive


def listing() -> Table:
    """Name and question of every experiment, a line each."""
    table = Table("experiment", "question")
    for experiment in EXPERIMENTS.values():
        table.add_row(experiment.name, experiment.question)
    return table


def chosen(
    name: str, settings: Mapping[str, Any], axes: Sequence[str], seeds: int | None, continues: str
) -> ExperimentConfig:
    """The experiment that was asked for.

    Args:
        axes: "setting=value,value" each.
        continues: The id of a run whose cells are taken over; its settings must be the same.

    Raises:
        InvalidConfig: with what is wrong.
        RunNotFound: if there is no run ``continues``.
    """
    datasets = datasets_here()
    values: dict[str, tuple[AxisValue, ...]] = {}
    for axis in axes:
        setting, equals, text = axis.partition("=")
        if not equals:
            raise InvalidConfig(f"--axis {axis!r} has no values.", "Write it as temperature=1,4,8.")
        values[setting] = read_values(setting, text)
    config = make_experiment(name, settings, values, seeds, datasets)
    if not continues:
        return config
    earlier = archive.run(continues).experiment
    if earlier is None or earlier.name != name:
        raise InvalidConfig(f"Run {continues} is no run of {name}.", "Give the id of one; see the command runs.")
    return config.model_copy(update={"continues": continues})


def table(run_id: str) -> Table:
    """A row for each cell: coordinates, seed, values; a star if an earlier run measured it."""
    cells = archive.cells(run_id)
    coordinates = list(dict.fromkeys(name for cell in cells for name in cell.at))
    # a cell may carry more than the table has room for: what the experiment names is shown
    experiment = archive.run(run_id).experiment
    shown = [
        name
        for name in (experiment.entry.quantities.titles if experiment else ())
        if any(name in c.values for c in cells)
    ]
    drawn = Table(*coordinates, "seed", *shown, title="Measured in this run (* in the run it goes on from)")
    for cell in cells:
        drawn.add_row(
            *(_plain(cell.at.get(name, "")) for name in coordinates),
            f"{cell.seed}{'*' if cell.measured_in else ''}",
            *(reading(cell.values[name]) if name in cell.values else "" for name in shown),
        )
    return drawn


def _plain(value: AxisValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return setting(value) if isinstance(value, float) else str(value)


def conclusion(run_id: str) -> str:
    """What the numbers say, one sentence a line, and which students were taken over."""
    events = [event for _, event in archive.events(run_id)]
    result = next(e.conclusion for e in events if isinstance(e, Concluded))
    kept = kept_students([e.kept for e in events if isinstance(e, StageFinished) and e.kept])
    return "\n".join(filter(None, (*result.sentences, kept)))
