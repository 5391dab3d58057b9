"""Learn: soft targets."""

from __future__ import annotations

from ui.screens import path
from ui.screens.learn import opening, soft
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown

need_frame()
with errors_shown():
    _, opened = opening.open_lesson(
        "Soft targets",
        "A label names one class; a teacher also says how likely it finds the others. Raise the temperature to see it.",
    )
    soft.soft_targets(opened)
    path.after_lesson("learn_soft_targets")
