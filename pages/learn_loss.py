"""Learn: the distillation loss."""

from __future__ import annotations

from ui import teach
from ui.frame import need_frame
from ui.guard import errors_shown
from ui.learn import opening, soft

need_frame()
with errors_shown():
    _, opened = opening.open_lesson(
        "The distillation loss",
        "The student is pulled by two losses at once: towards the teacher's soft targets and towards the label.",
    )
    soft.loss(opened)
    teach.show_code("As it runs", "engine/distillation/losses.py", "soft_loss", "distillation_loss", opened=True)
