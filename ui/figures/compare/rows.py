"""The measured figures of each variant of finished runs, and which variants are on a front."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import NamedTuple

from simulator.errors import UnreadableRun
from simulator.events import Provenance, Variant
from simulator.figures import numbers, pareto
from simulator.figures.statistics import by_variant, network_of, was_busy
from simulator.runs import archive
from simulator.runs.database.store import Run
from simulator.runs.records import Origin
from ui.figures.columns import COST, QUALITY, SPEED, TIMED, Column, Seeds
from ui.figures.run.tables import NO_VERDICT

QUALITIES = ("Accuracy", "F1")
COSTS = ("Gzipped", "Without zeros", "File", "Non-zero", "Parameters", "MACs", "Batch 1", "Batch 32")
COLUMNS: dict[str, Column] = {title: (QUALITY | COST | SPEED)[title] for title in (*QUALITIES, *COSTS)}
AT_ONCE = ("Gzipped", "MACs", "Batch 1")
"""Size, computation and time: the costs that one front may combine."""

AXES: dict[str, tuple[str, float]] = {
    "Accuracy": ("Test accuracy (%)", 100),
    "F1": ("F1 (%)", 100),
    "Gzipped": ("Gzipped file (MB)", 1e-6),
    "Without zeros": ("File without zeros (MB)", 1e-6),
    "File": ("Dense file (MB)", 1e-6),
    "Non-zero": ("Non-zero parameters (M)", 1e-6),
    "Parameters": ("Parameters (M)", 1e-6),
    "MACs": ("MACs of one example (M)", 1e-6),
    "Batch 1": ("Latency, batch 1 (ms)", 1),
    "Batch 32": ("Latency, batch 32 (ms)", 1),
}
"""Column -> the title of its axis, with the unit, and the factor from the stored value to that unit."""


class Where(NamedTuple):
    """Where figures were measured: the test examples and the machine. Only equal places share a front."""

    data: str
    machine: str


ANY_MACHINE = "any machine"
"""Sizes, counts and answers are the same wherever they were measured."""


@dataclass(frozen=True)
class Entry:
    """One variant of one run.

    Attributes:
        where: None if the run did not store it.
        values: Column -> the mean over the seeds; without columns that were not measured.
        texts: Column -> its text in every table.
        middle: Timed column -> the range of the middle half of the calls, over all seeds.
        noise: Timed column -> the range within which another time is no better: equal to ``middle``, or endless if the
            machine was busy.
        network: Equal for models that do the same work, whatever their weights are.
        test_examples: The number of examples on which the accuracy was measured.
    """

    run: str
    variant: Variant
    where: Where | None
    values: Mapping[str, float]
    texts: Mapping[str, str]
    middle: Mapping[str, tuple[float, float]]
    noise: Mapping[str, tuple[float, float]]
    network: Hashable
    macs_at: str
    test_examples: int

    def place(self, cost: str) -> Where | None:
        """Return where its figures can be compared for this cost: times only on one machine."""
        if self.where is None or cost in TIMED:
            return self.where
        return self.where._replace(machine=ANY_MACHINE)

    def objective(self, title: str, entries: Sequence[Entry]) -> pareto.Objective:
        """Return a column's value for a front: as printed or, for a time, with the noise of all equal networks."""
        value = self.values[title]
        if title in TIMED:
            low, high = zip(*(e.noise[title] for e in entries if e.network == self.network), strict=True)
            return pareto.Objective(value, min(low), max(high))
        printed = numbers.as_printed(value)
        return pareto.more(printed) if title in QUALITIES else pareto.less(printed)


ENDLESS = (-inf, inf)
MOST_KEPT = 5000


@lru_cache(maxsize=MOST_KEPT)
def entries_of(run_id: str) -> tuple[Entry, ...]:
    """Return the variants of a finished run. Cached: they never change, and reading them parses all layers."""
    provenance, origin = archive.provenance(run_id), archive.run(run_id).origin
    where = Where(provenance.data, machine(provenance, origin)) if provenance else None
    return tuple(entry(run_id, name, ms, where) for name, ms in by_variant(archive.measurements(run_id)).items())


def machine(provenance: Provenance, origin: Origin) -> str:
    """Name the machine that timed a run. Recorded and imported runs count as timed elsewhere."""
    elsewhere = f", {origin}" if origin in ("recorded", "imported") else ""
    return f"{provenance.device}, {numbers.several(provenance.threads, 'thread')}{elsewhere}"


def entry(run_id: str, name: Variant, ms: Seeds, where: Where | None) -> Entry:
    """Return the measurements of one variant with all seeds, as one entry."""
    middle, noise = {}, {}
    for title, batch in TIMED.items():
        timed = [m.latency_ms[batch] for m in ms if batch in m.latency_ms]
        if timed:
            middle[title] = (min(t.p25 for t in timed), max(t.p75 for t in timed))
            noise[title] = ENDLESS if any(map(was_busy, timed)) else middle[title]
    return Entry(
        run=run_id,
        variant=name,
        where=where,
        values={title: value for title, column in COLUMNS.items() if (value := column.value(ms)) is not None},
        texts={title: column.show(ms) + _marked(noise.get(title)) for title, column in COLUMNS.items()},
        middle=middle,
        noise=noise,
        network=tuple(network_of(m) for m in ms),
        macs_at=ms[0].macs_at,
        test_examples=ms[0].test_examples,
    )


def _marked(noise: tuple[float, float] | None) -> str:
    """Return the text after a time that cannot be compared with others."""
    return f" ({NO_VERDICT['busy']})" if noise == ENDLESS else ""


def finished() -> list[Run]:
    """List the runs to compare: finished ones, the recorded ones last. Experiments have cells, not variants."""
    return [run for run in archive.list_runs(("finished",)) if not run.experiment and _is_readable(run.id)]


def _is_readable(run_id: str) -> bool:
    try:
        entries_of(run_id)
    except UnreadableRun:  # the Runs page shows it as unreadable
        return False
    return True


class Front(NamedTuple):
    """The entries that nothing dominates, cheapest first; those that only noise keeps there; all compared entries."""

    on_it: list[Entry]
    doubtful: list[Entry]
    among: list[Entry]


def front(entries: Sequence[Entry], quality: str, costs: Sequence[str]) -> Front:
    """Return the Pareto front of a quality against costs, over the entries with all of these measured."""
    measured = [e for e in entries if all(title in e.values for title in (quality, *costs))]
    points = [[e.objective(title, measured) for title in (quality, *costs)] for e in measured]
    places = sorted(pareto.front(points), key=lambda i: measured[i].values[costs[0]])
    doubtful = pareto.doubtful(points, places)
    return Front([measured[i] for i in places], [measured[i] for i in doubtful], measured)
