"""What the store keeps, read back: every row is held to the ranges of its record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row

from simulator.config.run import RunConfig
from simulator.data.own_data import dataset_info
from simulator.errors import NotAvailable, UnreadableRun
from simulator.events.fields import MOMENT
from simulator.experiments.config import ANY_CONFIG, ExperimentConfig
from simulator.runs.records import Forecast, Run


def now() -> str:
    """The time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat()


def columns_of(config: RunConfig | ExperimentConfig) -> dict[str, str]:
    """What a query asks for of what decides a run."""
    if isinstance(config, ExperimentConfig):
        return {"model": config.base.model, "experiment": config.name}
    return {"model": config.model, "experiment": ""}


def to_run(row: Row[Any]) -> Run:
    """A row of the table of runs.

    Raises:
        UnreadableRun: if it cannot be read.
    """
    values = {name: value for name, value in row._mapping.items() if name in Run.model_fields}
    with reading(row.id):
        values["config"] = ANY_CONFIG.validate_json(values["config"])
        values["forecast"] = Forecast.model_validate_json(values["forecast"]) if values["forecast"] else None
        run = Run(**values)
        dataset_info(run.settings.dataset)  # the screens name its data and its classes
        return run


def expected(forecast: str, started_at: str | None) -> tuple[Forecast | None, datetime | None]:
    """The forecast of a run and when it started; neither where they cannot be read: its end is then not known."""
    with suppress(ValidationError):
        started = MOMENT.validate_python(started_at) if started_at else None
        return Forecast.model_validate_json(forecast) if forecast else None, started
    return None, None


@contextmanager
def reading(run_id: str) -> Iterator[None]:
    """What is stored of a run or of its own data may be damaged, or of a version whose settings had other bounds.

    Raises:
        UnreadableRun: if that shows within it.
    """
    try:
        yield
    except (ValidationError, NotAvailable) as error:
        raise UnreadableRun(
            f"Run {run_id!r} was stored by another version or is damaged, and cannot be read.",
            "Run it anew; the Runs page can delete it.",
        ) from error
