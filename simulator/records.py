"""A run as everybody but the worker sees it, and what it is expected to cost."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from simulator.config import RunConfig
from simulator.studies.config import AnyConfig, StudyConfig

RunState = Literal["queued", "running", "finished", "failed", "cancelled", "interrupted"]
Origin = Literal["app", "cli", "recorded", "imported"]
ENDED: tuple[RunState, ...] = ("finished", "failed", "cancelled", "interrupted")


class Forecast(BaseModel):
    """What a run is expected to cost, and on what the expectation rests.

    Attributes:
        basis: "recent runs" of this machine, or "estimate" from the size of the work.
    """

    model_config = ConfigDict(frozen=True)

    seconds: float
    peak_memory_mb: float
    basis: Literal["recent runs", "estimate"]


class Run(BaseModel):
    """A run as the store knows it: an ordinary one, or a study. Times are UTC."""

    model_config = ConfigDict(frozen=True)

    id: str
    state: RunState
    origin: Origin
    config: AnyConfig
    forecast: Forecast | None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    process: str | None = None
    cancel_requested: bool = False
    message: str = ""
    advice: str = ""

    @property
    def study(self) -> StudyConfig | None:
        """What decides it, if it is a study."""
        return self.config if isinstance(self.config, StudyConfig) else None

    @property
    def settings(self) -> RunConfig:
        """The settings of an ordinary run, or those that all cells of a study share."""
        return self.config.base if isinstance(self.config, StudyConfig) else self.config
