"""What a terminal shows of a run beside its bars."""

from __future__ import annotations

import io

from rich.console import Console

from simulator.cli.progress import draw
from simulator.events import (
    Described,
    Downloading,
    EpochFinished,
    Kept,
    Progress,
    RunFailed,
    StageFinished,
    StageStarted,
)
from simulator.runs.records import Forecast
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


def test_a_stage_that_was_taken_over_says_from_which_run() -> None:
    console = Console(file=io.StringIO(), width=120, force_terminal=True, color_system=None)
    kept = Kept(run="ab12", at="2026-01-01T00:00:00+00:00", device="a processor")
    finished = StageFinished(stage="control", seconds=21, peak_memory_mb=1, kept=kept)
    draw([StageStarted(stage="control", note=""), finished], console)
    assert "kept from run ab12" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_stage_has_a_bar_that_moves_and_a_failure_is_given_back() -> None:
    console = Console(file=io.StringIO(), width=120, force_terminal=True, color_system=None)
    failed = RunFailed(message="Cancelled.")
    happening = [
        StageStarted(stage="distil", note="", repeat=1),
        Progress(stage="distil", done=500, total=1000, examples_per_second=1234.4),
        EpochFinished(variant="distilled", epoch=1, validation_accuracy=0.875, estimated_averages=True),
        StageFinished(stage="distil", seconds=2, peak_memory_mb=100),
        failed,
    ]
    assert draw(happening, console) == failed
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "distil, repeat 2" in shown
    assert "validation accuracy 87.5 %" in shown
    assert "Few training steps (distilled)" in shown


def test_how_long_the_run_still_takes_in_total_is_said_beside_its_stages() -> None:
    console = Console(file=io.StringIO(), width=150, force_terminal=True, color_system=None)
    planned = (("prepare", 4.0), ("control", 20.0), ("measure", 600.0))
    forecast = Forecast(seconds=624, peak_memory_mb=1, basis="estimate", stages=planned)
    happening = [
        StageStarted(stage="prepare", note=""),
        StageFinished(stage="prepare", seconds=4, peak_memory_mb=100),
        StageStarted(stage="control", note=""),
        Progress(stage="control", done=1, total=4, seconds_left=900.0),
    ]
    draw(happening, console, forecast)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "about 25 min left in total, longer than the forecast of 10 min" in shown


def test_a_teacher_that_is_prepared_has_no_time_left_in_total() -> None:
    console = Console(file=io.StringIO(), width=150, force_terminal=True, color_system=None)
    draw([StageStarted(stage="prepare", note=""), Progress(stage="prepare", done=1, total=3)], console)
    assert "in total" not in console.file.getvalue()  # type: ignore[attr-defined]
