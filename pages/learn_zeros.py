"""Learn: why zeros do not shrink a file."""

from __future__ import annotations

from simulator.runs import archive
from ui.screens import path
from ui.screens.learn import opening, weights
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown

need_frame()
with errors_shown():
    run, opened = opening.open_lesson(
        "Why zeros do not shrink a file",
        "A zero takes four bytes and one multiplication like any other number, until the format or the shape changes.",
    )
    weights.zeros_screen(opened)
    weights.whole_files(archive.measurements(run.id), run)
    path.after_lesson("learn_zeros")
