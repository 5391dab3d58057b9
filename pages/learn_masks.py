"""Learn: masks."""

from __future__ import annotations

from ui.frame import need_frame
from ui.guard import errors_shown
from ui.learn import opening, weights

need_frame()
with errors_shown():
    _, opened = opening.open_lesson(
        "Masks",
        "Pruning ranks weights and drops the least important: here on a real layer of the student.",
    )
    weights.masks_screen(opened)
