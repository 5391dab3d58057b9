"""The end of a run as a picture: its files to scale, and accuracy and time as bars with their ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from simulator.events import Measurement
from simulator.figures import numbers
from simulator.figures.statistics import Speed, by_variant, speed, spread, was_busy
from ui.figures.columns import Seeds
from ui.figures.parts import Panel, Picture
from ui.figures.run import costs, shapes
from ui.figures.run.shapes import Bar, Square

BATCH = "batch_1"
MOST_RUNS = 6
SAME = 1.05
"""Files whose sizes differ by less than this factor count as equally large."""


SPEEDS: dict[Speed, str] = {
    "faster": "The student is faster.",
    "slower": "The student is slower.",
    "no clear difference": "They overlap: no clear difference.",
    "equal networks": "Both have the same layers and do the same work.",
    "busy": "",  # every bar says so
}


class Ends(NamedTuple):
    """The teacher, and the last student: the run's result. Each has a measurement a seed."""

    teacher: Seeds
    student: Seeds


def ends_of(measurements: Sequence[Measurement]) -> Ends | None:
    """Return the teacher and the last student; None if the run did not measure both."""
    groups = by_variant(measurements)
    teacher = groups.pop("teacher", [])
    students = list(groups.values())
    return Ends(teacher, students[-1]) if teacher and students else None


def size_of(ms: Seeds) -> float:
    """Return the bytes of the dense file, the mean over the seeds."""
    return spread([m.size_bytes for m in ms]).mean


def size_without_zeros(ms: Seeds) -> float:
    """Return the bytes of the file without zeros, if it was measured and is smaller than the dense one."""
    known = [m.sparse_bytes for m in ms if m.sparse_bytes is not None]
    dense = size_of(ms)
    without = spread(known).mean if len(known) == len(ms) else dense
    return without if dense / without >= SAME else dense


def of_run(measurements: Sequence[Measurement]) -> Picture:
    """Draw the files and times of teacher and student, and the accuracy of both, the control and the distilled one.

    A run that ended early is drawn as far as it was measured.
    """
    groups = by_variant(measurements)
    ends = ends_of(measurements)
    last = (ends.student if ends else measurements)[-1].name
    main: dict[str, Seeds] = {name: ms for name, ms in groups.items() if name in ("teacher", last)}
    names = ("teacher", "control", "distilled", last)
    judged: dict[str, Seeds] = {name: ms for name, ms in groups.items() if name in names}
    times = _times(main)
    if times is not None and ends and all(BATCH in m.latency_ms for ms in ends for m in ms):
        times = replace(times, caption=f"{times.caption} {SPEEDS[speed(*ends, BATCH)]}".rstrip())
    panels = [_files([[_square(name, ms) for name, ms in main.items()]]), _accuracies(judged), times]
    return Picture("picture", [panel for panel in panels if panel])


def of_runs(runs: Mapping[str, Sequence[Measurement]]) -> Picture | None:
    """Draw the teacher and the last student of several runs, all to one scale; None if no run measured both.

    Args:
        runs: The letter of each run -> its measurements; more than :data:`MOST_RUNS` are too many to read.
    """
    shown = {letter: ends for letter, ms in runs.items() if (ends := ends_of(ms))}
    if not shown:
        return None
    named = {f"{letter} {ms[0].name}": ms for letter, ends in shown.items() for ms in ends}
    files = [[_square(f"{letter} {ms[0].name}", ms) for ms in ends] for letter, ends in shown.items()]
    panels = [_files(files), _accuracies(named), _times(named)]
    return Picture("picture", [panel for panel in panels if panel])


def _square(label: str, ms: Seeds) -> Square:
    dense, solid = size_of(ms), size_without_zeros(ms)
    zeros = [f"{numbers.size(solid)} without zeros"] if solid < dense else []
    return Square(ms[0].name, dense, solid, [label, numbers.size(dense), *zeros])


def _files(groups: Sequence[Sequence[Square]]) -> Panel:
    each = [square for group in groups for square in group]
    pale = " Pale: zeros, which the dense file holds too." if any(one.solid < one.bytes for one in each) else ""
    alt = ", ".join(" ".join(one.lines[:2]) + "".join(f" ({line})" for line in one.lines[2:]) for one in each)
    return Panel("File", f"Areas are to scale.{pale}", shapes.squares(groups), f"File: {alt}.")


def _accuracies(groups: Mapping[str, Seeds]) -> Panel:
    shown = []
    for label, ms in groups.items():
        accuracy, low, high = costs.accuracy_with_ends(ms)
        text = numbers.percent(accuracy)
        tip = f"{label} {text} ({numbers.percent_interval(low, high)})"
        shown.append(Bar(label, ms[0].name, accuracy, low, high, text, tip))
    alt = f"Test accuracy: {', '.join(bar.tip for bar in shown)}."
    seeds = max(map(len, groups.values()))
    lines = (
        "the 95 % interval"
        if seeds == 1
        else "the standard deviation over the seeds; of a single one, the 95 % interval"
    )
    return Panel("Test accuracy", f"Lines: {lines}.", shapes.bars(shown, 1.0), alt)


def _times(groups: Mapping[str, Seeds]) -> Panel | None:
    """Draw the median times; None if nothing was timed."""
    shown = []
    for label, ms in groups.items():
        timed = [m.latency_ms[BATCH] for m in ms if BATCH in m.latency_ms]
        if not timed:
            continue
        low, middle, high = (spread([getattr(t, end) for t in timed]).mean for end in ("p25", "median", "p75"))
        text = numbers.milliseconds(middle)
        tip = f"{label} {text} ({numbers.middle_half(low, high)})"
        shown.append(Bar(label, ms[0].name, middle, low, high, text, tip, hollow=any(map(was_busy, timed))))
    if not shown:
        return None
    busy = " Dashed: the machine was busy, not comparable." if any(bar.hollow for bar in shown) else ""
    caption = f"Lines: the middle half of the timed calls.{busy}"
    drawn = shapes.bars(shown, max(bar.high for bar in shown))
    return Panel("Time for one example", caption, drawn, f"Median time: {', '.join(bar.tip for bar in shown)}.")
