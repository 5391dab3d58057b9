"""What a terminal shows of a run beside its bars."""

from __future__ import annotations

import io

from rich.console import Console

from simulator.cli.progress import draw
from simulator.events import Described
from tests.ui.invented import PROVENANCE


def test_what_is_not_as_usual_is_said_before_the_run() -> None:
    console = Console(file=io.StringIO(), width=200)
    damaged = PROVENANCE.model_copy(update={"teacher_damage": "config.json is missing"})
    draw([Described(provenance=damaged, class_names=())], console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert PROVENANCE.notice in shown
    assert "The teacher that was kept is damaged (config.json is missing): trained anew." in shown
