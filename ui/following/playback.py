"""A recorded run that plays by itself: its curves grow in the order of its events, and its student loses weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from simulator.events import LayerReport, LossPoint, Measured, Measurement, StageFinished, StageStarted, Variant
from simulator.figures import numbers
from simulator.runs.recorded import Recorded
from ui.figures import charts
from ui.figures.run import curves
from ui.following.story import STAGE_TITLES, STAGE_WORDS, tell
from ui.kit.component import component

SQUARES = 1_250
"""About so many squares stand for all weights of a student."""

STAGE_OF: dict[str, Variant] = {"control": "control", "distil": "distilled", "prune": "pruned", "recover": "recovered"}
"""Stage -> the variant that it makes."""

HTML = """
<div class="playback">
  <div class="head"><p class="doing"></p><button type="button">Stop</button></div>
  <div class="chart">
    <p class="title"></p><div class="legend"></div>
    <svg class="plot" role="img" aria-label="Hard loss by epoch"></svg><div class="tip" aria-hidden="true"></div>
  </div>
  <p class="title weights"></p>
  <canvas role="img" aria-label="The student's weights"></canvas>
  <ul aria-label="Measured accuracy on examples that no model was trained on"></ul>
</div>
"""
CSS = "".join(Path(__file__).with_name(name).read_text("utf-8") for name in ("line_chart.css", "playback.css"))

_mount = component("playback", __file__, HTML, CSS, "line_chart.js")


def show(recorded: Recorded, key: str) -> None:
    """Play a recorded run; nothing plays where less motion is asked for: the end is shown at once."""
    _mount(key, score(recorded))


def score(recorded: Recorded) -> dict[str, Any]:
    """Return what playback.js plays, all of it recorded: the steps in their order, and the student's layers."""
    losses = tell(enumerate(recorded.events, 1)).losses_of(0)
    variants = [variant for variant in charts.COLOURS if losses.get(variant)]
    of = {m.name: m for m in recorded.measurements if m.repeat == 0}
    before, after = of["distilled"], of.get("recovered", of["pruned"])
    square = weights_per_square(before.layers)
    played = list(steps(recorded))
    points = [step["point"] for step in played if "point" in step]
    return {
        "steps": played,
        "layers": layers(before.layers, after.layers, square),
        "variants": variants,
        "x_to": max(epoch for _, epoch, _ in points),
        "y_to": 1.05 * max(loss for *_, loss in points),
        "title": curves.TERM_TITLES["hard"],
        "weights": [
            f"The student's weights, layer by layer. A square is {numbers.whole(square)} of them.",
            f"The student's weights: of those that may be pruned, {numbers.percent(after.prunable_sparsity)} are zero.",
        ],
        "last": after.name,
        "ending": ending(of["teacher"], after),
        "measured": [m.name for m in of.values()],
        "alt": curves.losses_alt(losses, "hard", variants),
        "looks": {
            variant: {"colour": colour, "dash": charts.DASHES[variant], "symbol": charts.SYMBOLS[variant]}
            for variant, colour in charts.COLOURS.items()
        },
    }


def steps(recorded: Recorded) -> Iterator[dict[str, Any]]:
    """Give what is seen of a run's first seed, in the order of its events.

    A step is a stage that begins, a point of a curve (variant, epoch, running mean of the hard loss in nats), the
    pruning, or a variant's measured accuracy.
    """
    losses = tell(enumerate(recorded.events, 1)).losses_of(0)
    hard = {variant: [p.hard for p in points if p.hard is not None] for variant, points in losses.items()}
    means = {variant: iter(curves.running_mean(values)) for variant, values in hard.items()}
    for event in recorded.events:
        match event:
            case StageStarted(repeat=0):
                yield {
                    "stage": STAGE_TITLES[event.stage],
                    "words": STAGE_WORDS[event.stage],
                    "variant": STAGE_OF.get(event.stage),
                }
            case LossPoint(repeat=0) if event.hard is not None:
                yield {"point": [event.variant, round(event.epoch, 3), round(next(means[event.variant]), 4)]}
            case StageFinished(stage="prune"):
                yield {"pruned": True}
            case Measured(measurement=Measurement(repeat=0) as m):
                yield {"measured": m.name, "accuracy": numbers.percent(m.accuracy), "interval": _interval(m)}


def weights_per_square(layers: Sequence[LayerReport]) -> int:
    """Return 1, 2 or 5 times a power of ten, so that a student has about :data:`SQUARES` squares."""
    wanted = sum(layer.parameters for layer in _matrices(layers)) / SQUARES
    sizes = (int(unit * 10**power) for power in range(12) for unit in (1, 2, 5))
    return next(size for size in sizes if size >= wanted)


def layers(before: Sequence[LayerReport], after: Sequence[LayerReport], square: int) -> list[list[int]]:
    """Return the squares of each layer, in the order of the network: of all its weights, and of those that are left."""
    left = {layer.name: layer.nonzero_parameters for layer in after}
    found = []
    for layer in _matrices(before):
        full = max(1, round(layer.parameters / square))
        found.append([full, min(full, round(left.get(layer.name, 0) / square))])
    return found


def ending(teacher: Measurement, student: Measurement) -> str:
    """Say what came out, with intervals."""
    smaller = numbers.three(teacher.parameters / student.nonzero_parameters)
    return (
        f"The student has {numbers.count(student.nonzero_parameters)} parameters that are not zero, {smaller} times "
        f"fewer than its teacher. It is right in {numbers.percent(student.accuracy)} of the test examples "
        f"({_interval(student)}), its teacher in {numbers.percent(teacher.accuracy)} ({_interval(teacher)})."
    )


def _interval(m: Measurement) -> str:
    return numbers.percent_interval(*m.accuracy_interval)


def _matrices(layers: Sequence[LayerReport]) -> list[LayerReport]:
    """The weights of layers; biases and norms have too few to be seen."""
    return [layer for layer in layers if len(layer.shape) > 1]
