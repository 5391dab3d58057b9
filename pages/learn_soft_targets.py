"""Learn: soft targets."""

from __future__ import annotations

from ui.frame import need_frame
from ui.guard import errors_shown
from ui.learn import opening, soft

need_frame()
with errors_shown():
    _, opened = opening.open_lesson(
        "Soft targets",
        "A label names one class; a teacher also says how likely it finds the others. Raise the temperature to see it.",
    )
    soft.soft_targets(opened)
