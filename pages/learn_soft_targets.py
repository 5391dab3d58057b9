"""Learn: soft targets."""

from __future__ import annotations

from ui.frame import need_frame
from ui.guard import errors_shown
from ui.learn import opening, soft

need_frame()
with errors_shown():
    _, opened = opening.open_lesson(
        "Soft targets",
        "A teacher's wrong answers say which classes are alike. Raise the temperature and they become visible.",
    )
    soft.soft_targets(opened)
