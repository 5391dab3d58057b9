"""What a student predicted beside what was measured, on the question's own scale: a ring and a dot."""

from __future__ import annotations

from simulator.teaching.labs.base import Answer, Prediction
from ui.figures.parts import Panel
from ui.figures.run.shapes import at

WIDTH, HEIGHT, EDGE = 280, 28, 12
MIDDLE = HEIGHT / 2


def panel(title: str, asked: Prediction, predicted: float | str, answer: Answer) -> Panel:
    """Draw a prediction and the measured answer on the range, or on the options, of what was asked.

    Args:
        predicted: A number, or a key of the options.
    """
    words = f"You said: {asked.shown(predicted)}. Measured: {asked.shown(answer.value)}."
    return Panel(title, words, _svg(asked, predicted, answer.value), words)


def _svg(asked: Prediction, predicted: float | str, measured: float | str) -> str:
    ring, dot = _place(asked, predicted), _place(asked, measured)
    ticks = "".join(f"M{at(_place(asked, option) or 0)} {MIDDLE - 4}v8" for option in asked.options)
    parts = [f'<path d="M{EDGE} {MIDDLE}H{WIDTH - EDGE}{ticks}" stroke="currentColor" stroke-opacity=".35"/>']
    if ring is not None:
        parts.append(
            f'<circle cx="{at(ring)}" cy="{MIDDLE}" r="8" fill="none" stroke="currentColor" stroke-width="2"/>'
        )
    if dot is not None:
        parts.append(f'<circle cx="{at(dot)}" cy="{MIDDLE}" r="5" fill="var(--st-primary-color)"/>')
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="100%">{"".join(parts)}</svg>'


def _place(asked: Prediction, value: float | str) -> float | None:
    """Give the place of a value on the scale; None for an answer that is none of the options."""
    if isinstance(value, str):
        options = list(asked.options)
        share = options.index(value) / (len(options) - 1) if value in options else None
    else:
        share = min(1.0, max(0.0, (value - asked.low) / (asked.high - asked.low)))  # beyond the scale: at its end
    return None if share is None else EDGE + (WIDTH - 2 * EDGE) * share
