"""Learn: what changed for this example."""

from __future__ import annotations

from ui.screens import path
from ui.screens.learn import changed, opening
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown

need_frame()
with errors_shown():
    _, opened = opening.open_lesson(
        "What changed for this example",
        "Equal accuracy can hide different answers. Choose who is wrong, and look at the examples.",
    )
    changed.screen(opened)
    path.after_lesson("learn_answers")
