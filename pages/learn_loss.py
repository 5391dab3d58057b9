"""Learn: the distillation loss."""

from __future__ import annotations

from ui.screens import path
from ui.screens.learn import opening, soft
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown
from ui.words import methods

need_frame()
with errors_shown():
    _, opened = opening.open_lesson(
        "The distillation loss",
        "The student is pulled by two losses at once: towards the teacher's soft targets and towards the label.",
    )
    soft.loss(opened)
    methods.show_code("As it runs", "engine/distillation/losses.py", "soft_loss", "distillation_loss", opened=True)
    path.after_lesson("learn_loss")
