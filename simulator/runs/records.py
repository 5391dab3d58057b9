"""A run as everybody but the worker sees it, and what it is expected to cost."""

from __future__ import annotations

from typing import Literal, NamedTuple

from simulator.config.run import RunConfig
from simulator.events import Stage
from simulator.events.fields import Amount, Moment, Record
from simulator.experiments.config import AnyConfig, ExperimentConfig

RunState = Literal["queued", "running", "finished", "failed", "cancelled", "interrupted"]
Origin = Literal["app", "cli", "recorded", "imported"]
ENDED: tuple[RunState, ...] = ("finished", "failed", "cancelled", "interrupted")


class Forecast(Record):
    """What a run is expected to cost, and on what the expectation rests.

    Attributes:
        basis: "recent runs" of this machine, or "estimate" from the size of the work.
        kept: The stages that will be taken over from earlier runs.
        stages: The seconds of each stage, in the order in which they come, the student's once a seed; empty in runs of
            earlier versions.
        anew: Whether it is for a run that carries out every stage, also those that are kept.
    """

    seconds: Amount
    peak_memory_mb: Amount
    basis: Literal["recent runs", "estimate"]
    kept: tuple[Stage, ...] = ()
    stages: tuple[tuple[Stage, Amount], ...] = ()
    anew: bool = False


class Unreadable(NamedTuple):
    """A run that is stored and cannot be read: its id, its state as it is stored, and why."""

    id: str
    state: str
    reason: str


class Run(Record):
    """A run as the store knows it: an ordinary one, or an experiment. Times are UTC."""

    id: str
    state: RunState
    origin: Origin
    config: AnyConfig
    forecast: Forecast | None
    created_at: Moment
    started_at: Moment | None = None
    finished_at: Moment | None = None
    process: str | None = None
    cancel_requested: bool = False
    message: str = ""
    advice: str = ""

    @property
    def experiment(self) -> ExperimentConfig | None:
        """What decides it, if it is an experiment."""
        return self.config if isinstance(self.config, ExperimentConfig) else None

    @property
    def settings(self) -> RunConfig:
        """The settings of an ordinary run, or those that all cells of an experiment share."""
        return self.config.base if isinstance(self.config, ExperimentConfig) else self.config
