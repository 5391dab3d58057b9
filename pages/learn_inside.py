"""Learn: inside the network."""

from __future__ import annotations

from ui.screens import path
from ui.screens.learn import inside, opening
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown

need_frame()
with errors_shown():
    _, opened = opening.open_lesson(
        "Inside the network",
        "Every box is a real layer, as wide as it really is. Cut channels out and the boxes shrink; "
        "set weights to zero and they do not.",
    )
    inside.screen(opened)
    path.after_lesson("learn_inside")
