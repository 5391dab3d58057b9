"""What a terminal shows of a run beside its bars."""

from __future__ import annotations

import io

from rich.console import Console

from simulator.cli.progress import draw
from simulator.events import Described, Downloading, StageStarted
from tests.ui.invented import PROVENANCE


def test_what_is_not_as_usual_is_said_before_the_run() -> None:
    console = Console(file=io.StringIO(), width=200)
    damaged = PROVENANCE.model_copy(update={"teacher_damage": "config.json is missing"})
    draw([Described(provenance=damaged, class_names=())], console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert PROVENANCE.notice in shown
    assert "The teacher that was kept is damaged (config.json is missing): trained anew." in shown


def test_a_download_is_shown_while_it_lasts() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    file = Downloading(file="model.safetensors", received=67_000_000, total=268_000_000, bytes_per_second=2e6)
    draw([StageStarted(stage="prepare", note=""), file], console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "model.safetensors: 67.0 MB of 268 MB, 2.00 MB/s, about 2 min left" in shown
