"""A run's events as progress bars in a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from simulator import events
from simulator.events import RunFailed
from simulator.figures import numbers


def draw(happening: Iterable[events.Event], console: Console) -> RunFailed | None:
    """Draw a bar a stage until the events end; gives the failure, if the run failed."""
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
        stages: dict[str, TaskID] = {}
        for event in happening:
            match event:
                case events.Described(provenance=known):
                    if known.notice:
                        console.print(known.notice)
                    if known.teacher_damage:
                        console.print(f"The teacher that was kept is damaged ({known.teacher_damage}): trained anew.")
                case events.StageStarted():
                    title = f"{event.stage}, repeat {event.repeat + 1}" if event.repeat else event.stage
                    stages[event.stage] = bars.add_task(title, total=None, detail="")
                case events.Progress():
                    speed = event.examples_per_second
                    bars.update(stages[event.stage], total=event.total, completed=event.done)
                    if speed:
                        bars.update(stages[event.stage], detail=f"{numbers.whole(speed)} examples/s")
                case events.Downloading(file=file, received=received, total=total, bytes_per_second=pace):
                    how_far = numbers.download(file, received, total, pace)
                    bars.update(stages["prepare"], total=total, completed=received, detail=how_far)
                case events.CellFinished():
                    bars.update(stages["experiment"], detail=", ".join(f"{k} {v}" for k, v in event.at.items()))
                case events.EpochFinished():
                    accuracy = numbers.percent(event.validation_accuracy)
                    bars.update(bars.task_ids[-1], detail=f"validation accuracy {accuracy}")
                    estimated += [event.variant] if event.estimated_averages else []
                case events.StageFinished():
                    bars.update(stages[event.stage], total=1, completed=1)
                case events.RunFailed():
                    failure = event
    if estimated:
        console.print(numbers.averages_estimated(estimated))
    return failure
