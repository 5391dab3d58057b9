"""The measurements of a lab's runs, ready for its answer, its questions and its takeaway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from simulator.config.run import RunConfig
from simulator.errors import NotAvailable
from simulator.events import CellFinished, Concluded, Conclusion, Coordinates, Described, Measurement, Variant
from simulator.experiments.paired import series
from simulator.figures.statistics import Verdict, verdict
from simulator.runs import archive
from simulator.runs.records import Run
from simulator.teaching.quiz import run_facts


@dataclass(frozen=True)
class Seen:
    """One finished run.

    Attributes:
        labels: The class of every test example.
        cells: What an experiment measured; empty for an ordinary run.
    """

    run: Run
    facts: run_facts.Facts
    labels: tuple[int, ...]
    cells: tuple[CellFinished, ...]
    conclusion: Conclusion | None

    @property
    def config(self) -> RunConfig:
        """The settings of an ordinary run, or those that all cells of an experiment share."""
        return self.run.settings

    def variant(self, name: Variant) -> Measurement:
        """The measurement of a variant.

        Raises:
            NotAvailable: if the run did not measure it.
        """
        if name not in self.facts.by_name:
            raise NotAvailable(f"Run {self.run.id} has not measured {name}.", AGAIN)
        return self.facts.by_name[name].first

    def judged(self, ours: Variant, theirs: Variant) -> Verdict:
        """Compare one variant with another on the same test examples."""
        return judged(self.variant(ours), self.variant(theirs), self.labels)

    def mean_of(self, value: str, at: Coordinates) -> float:
        """The mean over the seeds of what an experiment's cells measured at these coordinates.

        Raises:
            NotAvailable: if there is no such cell.
        """
        found = series(self.cells, value, **at)
        if not found:
            raise NotAvailable(f"Run {self.run.id} has no {value} at {at}.", AGAIN)
        return mean(found.values())

    def concluded(self) -> Conclusion:
        """The conclusion of an experiment.

        Raises:
            NotAvailable: if the run is not an experiment.
        """
        if self.conclusion is None:
            raise NotAvailable(f"Run {self.run.id} has no conclusion.", AGAIN)
        return self.conclusion


Evidence = tuple[Seen, ...]
"""The runs of a lab, in the order of its settings."""

AGAIN = "Run the lab again, or take the recorded run."


def evidence(run_ids: Sequence[str]) -> Evidence:
    """Read what finished runs measured.

    Raises:
        RunNotFound: if one was deleted.
        NotAvailable: if one has not finished.
    """
    return tuple(_seen(run_id) for run_id in run_ids)


def _seen(run_id: str) -> Seen:
    run = archive.run(run_id)
    if run.state != "finished":
        raise NotAvailable(f"Run {run_id} is {run.state}, so there is nothing to read yet.", AGAIN)
    events = [event for _, event in archive.events(run_id)]
    return Seen(
        run,
        run_facts.facts(run.settings, events),
        next((e.labels for e in events if isinstance(e, Described)), ()),
        tuple(e for e in events if isinstance(e, CellFinished)),
        next((e.conclusion for e in events if isinstance(e, Concluded)), None),
    )


def judged(ours: Measurement, theirs: Measurement, labels: Sequence[int]) -> Verdict:
    """Compare one measurement with another by the answers to the same test examples.

    Raises:
        NotAvailable: if answers were not stored.
    """
    outcome = verdict([ours], [theirs], labels)
    if outcome is None:
        raise NotAvailable("This run has no stored answers, so nothing can be compared example by example.", AGAIN)
    return outcome
