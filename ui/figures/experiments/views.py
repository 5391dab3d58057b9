"""The chart of each experiment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator.experiments.base import Experiment, Quantities

Kind = Literal["lines", "heat", "bars", "groups"]


@dataclass(frozen=True)
class View:
    """How an experiment's cells are drawn.

    Attributes:
        kind: "lines" (``x`` along, a line for each ``line``), "heat" (``x`` along, ``line`` upwards), "bars", or
            "groups" (for each ``x`` a bar for each ``line``).
        x, line: Names of coordinates; None if there is none.
        quantities: The values that can be shown, the default first.
    """

    kind: Kind
    x: str | None
    line: str | None
    quantities: Quantities


def view_of(experiment: Experiment) -> View:
    """Return the chart of an experiment."""
    return View(*CHARTS[experiment.name], experiment.quantities)


CHARTS: dict[str, tuple[Kind, str | None, str | None]] = {
    "few_labels": ("lines", "labels", "student"),
    "four_way": ("heat", "teacher", "pruned"),
    "how_hot": ("lines", "temperature", None),
    "importance": ("lines", "target_sparsity", "importance"),
    "missing_digit": ("bars", "temperature", None),
    "mistakes": ("groups", "mistake", "done"),
    "sensitivity": ("lines", "sparsity", "layer"),
    "step_by_step": ("lines", "target_sparsity", "schedule"),
    "sweep": ("heat", None, None),
    "zeros_or_channels": ("lines", "parts_removed", "student"),
}
"""Name of an experiment -> kind, ``x`` and ``line`` of its chart."""
