"""How much longer a run will take: from the forecast of its stages, and from the time they took. No torch."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.events import Stage, StageFinished
from simulator.figures import numbers
from simulator.runs.forecast.workload import TRAINING
from simulator.runs.records import Forecast

LONGER = 1.5
"""From this many times its forecast on, a run is called longer than forecast."""


def in_words(
    forecast: Forecast | None, ended: Sequence[StageFinished], passed: float, under_way: tuple[Stage, float] | None
) -> str:
    """Say about how long a run under way still takes in total; "" if it has no forecast of its stages.

    Args:
        forecast: As it was when the run was submitted.
        ended: The stages that are over, in their order.
        passed: Seconds since the run started.
        under_way: A stage and the seconds that it says it still needs; None if none says so.
    """
    if forecast is None or not is_as_planned(forecast, ended):
        return ""
    left = seconds_left(forecast, ended, passed, under_way)
    if left is None:
        return "the run takes longer than the forecast said"
    words = f"about {numbers.duration(max(1, round(left)))} left in total"
    is_longer = passed + left > LONGER * forecast.seconds
    return f"{words}, longer than the forecast of {numbers.duration(forecast.seconds)}" if is_longer else words


def is_as_planned(forecast: Forecast, ended: Sequence[StageFinished]) -> bool:
    """Whether these are the first stages of the forecast, and more follow."""
    stages = [stage for stage, _ in forecast.stages]
    return len(ended) < len(stages) and [event.stage for event in ended] == stages[: len(ended)]


def seconds_left(
    forecast: Forecast, ended: Sequence[StageFinished], passed: float, under_way: tuple[Stage, float] | None
) -> float | None:
    """The seconds that a run still needs; None where a stage takes longer than its forecast and does not say how long.

    Trainings to come are assumed to miss their forecast by the same factor as those that are over.

    Args:
        forecast, ended, passed, under_way: As for :func:`in_words`; the stages are as planned.
    """
    (stage, seconds), *later = forecast.stages[len(ended) :]
    pace = slowness(forecast, ended)
    to_come = sum(expected * (pace if name in TRAINING else 1) for name, expected in later)
    if under_way and under_way[0] == stage:
        return under_way[1] + to_come
    in_stage = max(0.0, passed - sum(event.seconds for event in ended if not event.kept))
    left = seconds * (pace if stage in TRAINING else 1) - in_stage
    return max(0.0, left) + to_come if left > 0 or not seconds else None


def slowness(forecast: Forecast, ended: Sequence[StageFinished]) -> float:
    """How many times their forecast the trainings took that this run carried out; 1 before the first."""
    trained = [
        (event.seconds, expected)
        for event, (_, expected) in zip(ended, forecast.stages, strict=False)
        if event.examples and expected and not event.kept
    ]
    return sum(took for took, _ in trained) / sum(expected for _, expected in trained) if trained else 1.0
