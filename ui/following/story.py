"""A run's events collected into the state that the live screens draw. Independent of Streamlit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from simulator.events import (
    STAGES,
    CellFinished,
    Concluded,
    Conclusion,
    Described,
    Downloading,
    EpochFinished,
    Event,
    Kept,
    LossPoint,
    Measured,
    Measurement,
    Progress,
    Provenance,
    RunFailed,
    RunFinished,
    Stage,
    StageFinished,
    StageStarted,
    Swept,
    Variant,
)
from simulator.figures import numbers

STAGE_TITLES: dict[Stage, str] = {
    "prepare": "Prepare",
    "teacher": "Teacher",
    "control": "Control",
    "distil": "Distil",
    "prune": "Prune",
    "recover": "Recover",
    "measure": "Measure",
    "experiment": "Experiment",
}

STAGE_WORDS: dict[Stage, str] = {
    "prepare": "Loading the data and the weights.",
    "teacher": "The teacher learns the task, or is taken from an earlier run.",
    "control": "The student learns alone, from the labels only: the yardstick for distillation.",
    "distil": "The same student, from the same start, learns by the chosen method.",
    "prune": "The least important weights of the distilled student are removed.",
    "recover": "The remaining weights are trained as the schedule says. What was pruned stays pruned.",
    "measure": "Every variant is measured the same way, on examples that none of them has seen.",
    "experiment": "One student after another is trained or pruned, and measured: each is a cell, a row of the table.",
}

ONCE: tuple[Stage, ...] = ("prepare", "teacher")
"""The stages that are not repeated for every seed."""


@dataclass
class Story:
    """Everything that a run's events say so far.

    Attributes:
        last: The number of the last event that was read.
        stage: The stage under way; None before the first and after the last.
        repeat: The index of the seed under way, from 0; after the end, of the last one.
        labels: The class of every test example; empty in runs of earlier versions.
        downloading: The file that is being downloaded; None if there is none.
        finished_stages: Those of the seed under way; the stages in ONCE count for every seed.
        newest: The newest accuracy; of a training that has reported none yet, its newest loss.
        ended_stages: The stages of every seed that are over, in their order.
        taken_over: The stages of every seed that were carried out in an earlier run, each with the seed's index.
    """

    last: int = 0
    provenance: Provenance | None = None
    class_names: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()
    repeat: int = 0
    stage: Stage | None = None
    note: str = ""
    progress: Progress | None = None
    downloading: Downloading | None = None
    finished_stages: dict[Stage, StageFinished] = field(default_factory=dict)
    ended_stages: list[StageFinished] = field(default_factory=list)
    taken_over: list[tuple[int, StageFinished]] = field(default_factory=list)
    newest: LossPoint | EpochFinished | Measurement | None = None
    losses: dict[Variant, list[LossPoint]] = field(default_factory=dict)
    epochs: dict[Variant, list[EpochFinished]] = field(default_factory=dict)
    measurements: list[Measurement] = field(default_factory=list)
    swept: list[Swept] = field(default_factory=list)
    cells: list[CellFinished] = field(default_factory=list)
    conclusion: Conclusion | None = None
    seconds: float | None = None

    def add(self, numbered: Iterable[tuple[int, Event]]) -> None:
        """Add the events that follow those already read."""
        for n, event in numbered:
            self.last = n
            self._take(event)
            self._note_newest(event)

    def _take(self, event: Event) -> None:
        match event:
            case Described():
                self.provenance, self.class_names = event.provenance, event.class_names
                self.labels = event.labels
            case StageStarted():
                if event.repeat != self.repeat:  # the student's stages start again
                    self.repeat = event.repeat
                    self.finished_stages = {s: e for s, e in self.finished_stages.items() if s in ONCE}
                self.stage, self.note, self.progress = event.stage, event.note, None
            case Progress():
                self.progress, self.downloading = event, None
            case Downloading():
                self.downloading = event
            case LossPoint():
                self.losses.setdefault(event.variant, []).append(event)
            case EpochFinished():
                self.epochs.setdefault(event.variant, []).append(event)
            case StageFinished():
                self.finished_stages[event.stage] = event
                if event.stage == self.stage:  # an experiment takes over stages of its students
                    self.ended_stages.append(event)
                if event.kept:
                    self.taken_over.append((self.repeat, event))
            case Measured():
                self.measurements.append(event.measurement)
            case Swept():
                self.swept.append(event)
            case CellFinished():
                self.cells.append(event)
                if self.progress is not None:  # the event that counts this cell may come only with the next cell
                    self.progress = self.progress.model_copy(update={"done": len(self.cells)})
            case Concluded():
                self.conclusion = event.conclusion
            case RunFinished():
                self.stage, self.progress, self.seconds = None, None, event.seconds
            case RunFailed():
                self.progress, self.downloading = None, None

    def _note_newest(self, event: Event) -> None:
        match event:
            case Measured():
                self.newest = event.measurement
            case EpochFinished():
                self.newest = event
            case LossPoint() if not self._has_accuracy_of(event):
                self.newest = event

    def _has_accuracy_of(self, loss: LossPoint) -> bool:
        newest = self.newest
        return isinstance(newest, EpochFinished) and (newest.variant, newest.repeat) == (loss.variant, loss.repeat)

    @property
    def kept(self) -> dict[Stage, str]:
        """The stages that the seed under way took over, with the run, when that was and how long it took."""
        return {
            stage: kept_from(finished, finished.kept)
            for stage, finished in self.finished_stages.items()
            if finished.kept
        }

    def losses_of(self, repeat: int) -> dict[Variant, list[LossPoint]]:
        """Return the loss points of one seed. The teacher is trained once: its points are included for every seed."""
        return {v: [p for p in ps if v == "teacher" or p.repeat == repeat] for v, ps in self.losses.items()}

    def epochs_of(self, repeat: int) -> dict[Variant, list[EpochFinished]]:
        """Return the validation accuracies of one seed, and the teacher's."""
        return {v: [e for e in es if v == "teacher" or e.repeat == repeat] for v, es in self.epochs.items()}

    def averages_estimated(self) -> list[Variant]:
        """List the variants whose batch norm averages were re-estimated because their training was so short."""
        return [variant for variant, epochs in self.epochs.items() if any(e.estimated_averages for e in epochs)]

    def state_of(self, stage: Stage) -> str:
        """Return "done", "now", "next" or "left out" (there is no recovery without recovery epochs)."""
        if stage in self.finished_stages:
            return "done"
        if stage == self.stage:
            return "now"
        later = STAGES[STAGES.index(stage) + 1 :]
        return "left out" if self.seconds is not None or self.stage in later else "next"


def tell(events: Iterable[tuple[int, Event]]) -> Story:
    """Return the story of all these events."""
    story = Story()
    story.add(events)
    return story


def kept_from(finished: StageFinished, kept: Kept) -> str:
    """Say in which run a stage was carried out, when, and how long it took."""
    return numbers.kept(kept.run, datetime.fromisoformat(kept.at), finished.seconds)
