"""What the runs of a lab measured, ready for its answer, its questions and its takeaway."""

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
        cells: What an experiment measured; empty of an ordinary run.
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
        """What was measured of a variant.

        Raises:
            NotAvailable: if the run did not measure it.
        """
        if name not in self.facts.by_name:
            raise NotAvailable(f"Run {self.run.id} has not measured {name}.", AGAIN)
        return self.facts.by_name[name].first

    def judged(self, ours: Variant, theirs: Variant) -> Verdict:
        """One variant against another on the same test examples."""
        return judged(self.variant(ours), self.variant(theirs), self.labels)

    def mean_of(self, value: str, at: Coordinates) -> float:
        """The mean over the seeds of what an experiment's cells measured at a place.

        Raises:
            NotAvailable: if no cell is there.
        """
        found = series(self.cells, value, **at)
        if not found:
            raise NotAvailable(f"Run {self.run.id} has no {value} at {at}.", AGAIN)
        return mean(found.values())

    def concluded(self) -> Conclusion:
        """What an experiment's numbers say.

        Raises:
            NotAvailable: if the run is no experiment.
        """
        if self.conclusion is None:
            raise NotAvailable(f"Run {self.run.id} has no conclusion.", AGAIN)
        return self.conclusion


Evidence = tuple[Seen, ...]
"""The runs of a lab, in the order of its settings."""

AGAIN = "Run the lab anew, or take the recorded run."


def evidence(run_ids: Sequence[str]) -> Evidence:
    """What finished runs measured.

    Raises:
        RunNotFound: if one was deleted.
        NotAvailable: if one has not finished.
    """
    return tuple(_seen(run_id) for run_id in run_ids)


def _seen(run_id: str) -> Seen:
    run = archive.run(run_id)
    if run.state != "finished":
        raise NotAvailable(f"Run {run_id} is {run.state}, so there is nothing to read yet.", AGAIN)
    said = [event for _, event in archive.events(run_id)]
    return Seen(
        run,
        run_facts.facts(run.settings, said),
        next((e.labels for e in said if isinstance(e, Described)), ()),
        tuple(e for e in said if isinstance(e, CellFinished)),
        next((e.conclusion for e in said if isinstance(e, Concluded)), None),
    )


def judged(ours: Measurement, theirs: Measurement, labels: Sequence[int]) -> Verdict:
    """One measurement against another by the answers to the same test examples.

    Raises:
        NotAvailable: if answers were not stored.
    """
    said = verdict([ours], [theirs], labels)
    if said is None:
        raise NotAvailable("This run has no stored answers, so nothing can be compared example by example.", AGAIN)
    return said
