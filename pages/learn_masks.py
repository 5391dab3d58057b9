"""Learn: masks."""

from __future__ import annotations

from ui.screens import path
from ui.screens.learn import opening, weights
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown

need_frame()
with errors_shown():
    _, opened = opening.open_lesson(
        "Masks",
        "Pruning ranks weights and drops the least important: here on a real layer of the student.",
    )
    weights.masks_screen(opened)
    path.after_lesson("learn_masks")
