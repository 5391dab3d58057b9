"""Learn: what changed for this example."""

from __future__ import annotations

from ui.frame import need_frame
from ui.guard import errors_shown
from ui.learn import changed, opening

need_frame()
with errors_shown():
    _, opened = opening.open_lesson(
        "What changed for this example",
        "Equal accuracy can hide different answers. Choose who is wrong, and look at the examples.",
    )
    changed.screen(opened)
