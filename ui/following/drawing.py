"""What a browser draws of a run under way, as plain values. It is computed once for all who watch. No Streamlit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from simulator.config.run import RunConfig
from simulator.events import STAGES, EpochFinished, Event, LossPoint, Measurement, Stage, Variant
from simulator.figures import numbers
from simulator.runs import archive
from simulator.runs.forecast import remaining
from simulator.runs.records import ENDED, Run
from ui.figures import charts
from ui.figures.run import curves
from ui.following.story import STAGE_TITLES, STAGE_WORDS, Story

STATE_WORDS = {
    "queued": "waiting",
    "running": "running",
    "finished": "finished",
    "failed": "failed",
    "cancelled": "cancelled",
    "interrupted": "interrupted",
}
MARKS = {"done": "✓", "now": "●", "next": "○", "left out": "-", "stopped here": "✕", "not reached": "○"}
OF_STAGE: dict[Stage | None, str] = {"prepare": "Teacher", "teacher": "Teacher", "recover": "Recovery"}


class Curve(NamedTuple):
    """A term of the loss that can be shown by epoch, for which variants, and what it means."""

    term: curves.Term
    variants: tuple[Variant, ...]
    caption: str


CURVES = {
    "Hard loss": Curve("hard", ("control", "distilled"), "Both against the true labels: the same measure for both."),
    "Soft loss": Curve("soft", ("distilled",), "How far the student is from the teacher. The control has no teacher."),
    "Total loss": Curve(
        "total",
        ("control", "distilled"),
        "What each one minimises. The two are different mixtures, so their heights cannot be compared.",
    ),
    "Recovery": Curve("hard", ("recovered",), "The hard loss while the pruned student is trained again."),
    "Teacher": Curve(
        "hard", ("teacher",), "The teacher's own training; empty if the teacher was kept from an earlier run."
    ),
}

Point = list[Any]
"""Of a curve: variant, repeat, epoch, then either the hard, soft and total loss or the validation accuracy in %."""


def message(run: Run, story: Story, queue: str, after: int, points: Iterable[Point]) -> dict[str, Any]:
    """Everything that progress_view.js draws.

    Args:
        queue: What :func:`waiting` says of a run that is queued.
        after: The number of the last event that the browser knows.
        points: Those of the events after it.
    """
    losses, epochs = story.losses_of(story.repeat), story.epochs_of(story.repeat)
    return {
        "after": after,
        "last": story.last,
        "state": run.state,
        "headline": ["Run ", run.id, f", {STATE_WORDS[run.state]}, {since(run)}"],
        "queue": queue,
        "cells": len(story.cells),
        "repeat": story.repeat,
        "of_repeats": of_repeats(story.repeat, run.settings),
        "steps": steps(story, run),
        "doing": doing(story, run),
        "share": share(story),
        "pace": pace(story, run),
        "newest": newest(story),
        "curve": OF_STAGE.get(story.stage, "Hard loss"),
        "alts": {title: curves.losses_alt(losses, c.term, c.variants) for title, c in CURVES.items()},
        "validation_alt": curves.validation_alt(epochs, [v for v in charts.COLOURS if epochs.get(v)]),
        "points": of_repeat(points, story.repeat),
    }


def of_repeat(points: Iterable[Point], repeat: int) -> list[Point]:
    """Return the points of one seed, and the teacher's, which is trained once."""
    return [point for point in points if point[1] == repeat or point[0] == "teacher"]


def points_of(events: Iterable[tuple[int, Event]]) -> list[tuple[int, Point]]:
    """Return the points among some events, each with the number of its event."""
    return [(n, point(event)) for n, event in events if isinstance(event, LossPoint | EpochFinished)]


def points_so_far(story: Story) -> list[Point]:
    """Return the points of all curves."""
    losses = [point(loss) for of_variant in story.losses.values() for loss in of_variant]
    return losses + [point(epoch) for of_variant in story.epochs.values() for epoch in of_variant]


def point(event: LossPoint | EpochFinished) -> Point:
    """Return a loss with four significant digits, more than a screen can show, or a validation accuracy."""
    if isinstance(event, EpochFinished):
        return [event.variant, event.repeat, event.epoch, round(100 * event.validation_accuracy, 2)]
    losses = (event.hard, event.soft, event.total)
    terms = [None if value is None else float(numbers.reading(value)) for value in losses]
    return [event.variant, event.repeat, round(event.epoch, 4), *terms]


def waiting(run: Run) -> str:
    """Say how many runs come before a queued one, and about how long they will take; empty for any other run."""
    if run.state != "queued":
        return ""
    position, wait = archive.queue_position(run.id), archive.expected_wait(run.id)
    ahead = "It is next." if position in (None, 1) else f"{numbers.several(position - 1, 'run')} before it."
    about = f" About {numbers.duration(wait)} until it starts, if the machine is otherwise idle." if wait else ""
    return f"Waiting for its turn. {ahead}{about} It starts by itself; you may close this page."


def since(run: Run) -> str:
    """Say when a run was recorded (if it is shipped), started or, if it never started, submitted."""
    if run.origin == "recorded" and run.started_at:
        return f"recorded {numbers.ago(run.started_at)}"
    return f"started {numbers.ago(run.started_at)}" if run.started_at else f"submitted {numbers.ago(run.created_at)}"


def steps(story: Story, run: Run) -> list[dict[str, str]]:
    """Return the seven stages with their states: done, now, next or, in a broken run, where it stopped."""
    found = []
    for stage in STAGES:
        state = story.state_of(stage)
        if run.state in ENDED:
            state = {"now": "stopped here", "next": "not reached"}.get(state, state)
        took = story.finished_stages.get(stage)
        tip = numbers.duration(took.seconds) if took else STAGE_WORDS[stage]
        title = STAGE_TITLES[stage]
        if stage in story.kept:
            tip, title = story.kept[stage], f"{title}, kept"
        found.append({"mark": MARKS[state], "title": title, "state": state, "tip": tip})
    return found


def doing(story: Story, run: Run) -> list[str]:
    """Describe the stage under way: title, words, and the run's own note; empty between two stages."""
    if story.stage is None:
        return []
    title = f"{STAGE_TITLES[story.stage]}{of_repeats(story.repeat, run.settings)}."
    note = "" if story.stage == "experiment" else story.note  # an experiment's note is its title
    return [title, STAGE_WORDS[story.stage], note]


def of_repeats(repeat: int, config: RunConfig) -> str:
    """Return ", repeat 2 of 3", or "" if there is one seed."""
    return f", repeat {repeat + 1} of {config.repeats}" if config.repeats > 1 else ""


def share(story: Story) -> float:
    """Return the finished share of the stage, or of the file that it is downloading: 0 to 1."""
    if story.downloading:
        done, total = story.downloading.received, story.downloading.total
    else:
        done, total = (story.progress.done, story.progress.total) if story.progress else (0, 0)
    return min(1.0, done / total) if total else 0.0


def pace(story: Story, run: Run) -> str:
    """Describe the progress of the stage and the time left in total, or the progress of the file being downloaded."""
    if story.seconds is not None:
        return "Done"
    if story.downloading:
        file = story.downloading
        return numbers.download(file.file, file.received, file.total, file.bytes_per_second)
    elapsed = (datetime.now(UTC) - (run.started_at or run.created_at)).total_seconds()
    done = story.progress
    if done is None and not story.stage:
        return f"Starting the worker process ({numbers.duration(max(1, elapsed))})"
    says = (done.stage, done.seconds_left) if done is not None and done.seconds_left is not None else None
    in_total = remaining.in_words(run.forecast, story.ended_stages, elapsed, says)
    return " · ".join(filter(None, (of_stage(story), in_total)))


def newest(story: Story) -> str:
    """Say the newest accuracy or loss in a few words; empty before the first."""
    match story.newest:
        case None:
            return ""
        case Measurement() as measured:
            return f"{measured.name.capitalize()}: {numbers.percent(measured.accuracy)} on the test"
        case EpochFinished() as epoch:
            return f"{epoch.variant.capitalize()}: {numbers.percent(epoch.validation_accuracy)} on validation"
        case LossPoint() as loss:
            return f"{loss.variant.capitalize()}: loss {numbers.reading(loss.total)}"


def of_stage(story: Story) -> str:
    """Describe how far the stage under way is, with its speed and time left if known."""
    done = story.progress
    if done is None:
        return "Under way"
    unit = " cells" if story.stage == "experiment" else " examples" if done.examples_per_second else ""
    parts = [f"{numbers.whole(done.done)} of {numbers.whole(done.total)}{unit}"]
    if done.examples_per_second:
        parts.append(f"{numbers.three(done.examples_per_second)} examples per second")
    if done.seconds_left is not None and done.done < done.total:
        parts.append(f"about {numbers.duration(max(1, round(done.seconds_left)))} left in this stage")
    return " · ".join(parts)


def last_epoch(title: str, config: RunConfig) -> int | None:
    """Return where a curve's horizontal axis ends; None if the run's settings do not determine it."""
    return {"Recovery": config.epochs_after_pruning, "Teacher": None}.get(title, config.epochs)
