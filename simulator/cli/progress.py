"""A run's events as progress bars in a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from simulator import events
from simulator.events import RunFailed
from simulator.figures import numbers
from simulator.runs.forecast import remaining
from simulator.runs.records import Forecast


def draw(happening: Iterable[events.Event], console: Console, forecast: Forecast | None = None) -> RunFailed | None:
    """Draw a bar a stage until the events end; gives the failure, if the run failed.

    Args:
        forecast: Of the run, from which a line says how long it still takes in total; None leaves that line out.
    """
    columns = (
        TextColumn("{task.description:<8}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[detail]:<34}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    failure: RunFailed | None = None
    estimated: list[str] = []
    with Progress(*columns, console=console) as bars:
        whole = Whole(bars, forecast) if forecast else None
        stages: dict[str, TaskID] = {}
        for event in happening:
            match event:
                case events.Described(provenance=known):
                    _print_unusual(known, console)
                case events.EpochFinished(estimated_averages=True, variant=variant):
                    estimated.append(variant)
                case events.RunFailed():
                    failure = event
            _move(bars, stages, event)
            if whole:
                whole.take(event)
    if estimated:
        console.print(numbers.averages_estimated(estimated))
    return failure


class Whole:
    """The line that says how long the whole run still takes; it has no share, so its bar only moves to and fro."""

    def __init__(self, bars: Progress, forecast: Forecast) -> None:
        self._bars, self._forecast = bars, forecast
        self._task = bars.add_task("run", total=None, detail=remaining.in_words(forecast, [], 0.0, None))
        self._started = time.monotonic()
        self._stage = ""
        self._ended: list[events.StageFinished] = []

    def take(self, event: events.Event) -> None:
        """Say it anew after an event."""
        says = None
        match event:
            case events.RunFinished():
                self._bars.update(self._task, total=1, completed=1)
            case events.StageStarted():
                self._stage = event.stage
            case events.StageFinished() if event.stage == self._stage:  # an experiment takes over its students' stages
                self._ended.append(event)
            case events.Progress(stage=stage, seconds_left=float(left)):
                says = (stage, left)
            case events.LossPoint() | events.EpochFinished() | events.CellFinished():  # a progress comes with them
                return
        passed = time.monotonic() - self._started
        self._bars.update(self._task, detail=remaining.in_words(self._forecast, self._ended, passed, says))


def _print_unusual(known: events.Provenance, console: Console) -> None:
    if known.notice:
        console.print(known.notice)
    if known.teacher_damage:
        console.print(f"The teacher that was kept is damaged ({known.teacher_damage}): trained anew.")


def _move(bars: Progress, stages: dict[str, TaskID], event: events.Event) -> None:
    """Add a stage's bar to ``stages`` when the stage starts, and move it with the stage's other events."""
    match event:
        case events.StageStarted():
            title = f"{event.stage}, repeat {event.repeat + 1}" if event.repeat else event.stage
            stages[event.stage] = bars.add_task(title, total=None, detail="")
        case events.Progress(stage=stage, examples_per_second=speed):
            bars.update(stages[stage], total=event.total, completed=event.done)
            if speed:
                bars.update(stages[stage], detail=f"{numbers.whole(speed)} examples/s")
        case events.Downloading(file=file, received=received, total=total, bytes_per_second=pace):
            how_far = numbers.download(file, received, total, pace)
            bars.update(stages["prepare"], total=total, completed=received, detail=how_far)
        case events.CellFinished(at=at):
            bars.update(stages["experiment"], detail=", ".join(f"{k} {v}" for k, v in at.items()))
        case events.EpochFinished(validation_accuracy=accuracy):
            bars.update(list(stages.values())[-1], detail=f"validation accuracy {numbers.percent(accuracy)}")
        case events.StageFinished(stage=stage, kept=kept) if stage in stages:
            bars.update(stages[stage], total=1, completed=1)
            if kept:
                bars.update(stages[stage], detail=f"kept from run {kept.run}")
