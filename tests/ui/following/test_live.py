from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from simulator.config.run import make_config
from simulator.events import STAGES, Downloading, Progress, RunFailed, StageStarted
from simulator.runs.database.store import Run
from tests.ui.invented import whole_run
from ui.following import live
from ui.following.story import tell


def a_run(state, **changes):
    now = datetime.now(UTC)
    run = Run(
        id="r1",
        state=state,
        origin="app",
        config=make_config({}),
        forecast=None,
        created_at=now - timedelta(minutes=20),
    )
    return run.model_copy(update=changes)


@pytest.mark.parametrize("state", ["running", "finished", "failed", "interrupted", "cancelled"])
def test_the_wait_in_the_queue_is_no_part_of_the_run(state):
    started = datetime.now(UTC) - timedelta(minutes=5)
    assert live.since(a_run(state, started_at=started)) == "started 5 min ago"


@pytest.mark.parametrize("state", ["queued", "cancelled"])
def test_a_run_that_never_started_was_submitted(state):
    assert live.since(a_run(state)) == "submitted 20 min ago"


def test_a_recorded_run_was_started_by_nobody_here():
    started = datetime.now(UTC) - timedelta(hours=2)
    assert live.since(a_run("finished", started_at=started, origin="recorded")) == "recorded 2 h ago"


def test_what_is_being_done_is_said_while_an_experiment_trains_its_teacher():
    story = tell([(1, StageStarted(stage="teacher", note="Training the teacher"))])
    text = live.doing(story)
    assert text.startswith("**Teacher.** The teacher learns the task")
    assert "*Training the teacher*" in text
    assert live.doing(tell([])) == ""


def test_the_pace_of_an_experiment_counts_cells():
    events = [StageStarted(stage="experiment", note="Few labels"), Progress(stage="experiment", done=2, total=12)]
    story = tell(enumerate(events, 1))
    assert live.pace(story) == "2 of 12 cells"
    assert live.doing(story).endswith("a row of the table.")  # its note is the title, which is above


def until_distillation():
    events = list(enumerate(whole_run(), 1))
    return events[
        : next(i for i, (_, e) in enumerate(events, 1) if isinstance(e, StageStarted) and e.stage == "distil")
    ]


def test_the_stage_in_which_a_run_broke_is_marked():
    events = until_distillation()
    story = tell([*events, (len(events) + 1, RunFailed(message="Out of memory."))])
    steps = live.stepper(story, a_run("failed"))
    assert "✕ Distil" in steps
    assert steps.count("(stopped here)") == 1
    assert steps.count("(done)") == 3
    assert steps.count("(not reached)") == len(STAGES) - 4
    assert "aria-current" not in steps


def test_the_stage_under_way_is_marked():
    steps = live.stepper(tell(until_distillation()), a_run("running"))
    assert "● Distil" in steps
    assert "stopped here" not in steps
    assert steps.count("(next)") == 3


def test_which_repeat_it_is_is_said_only_where_there_are_several():
    assert live.of_repeats(1, make_config({"repeats": 3})) == ", repeat 2 of 3"
    assert live.of_repeats(0, make_config({})) == ""


def test_the_pace_names_its_unit_and_no_time_left_when_all_is_done():
    under_way = Progress(stage="distil", done=448, total=3231, examples_per_second=100.0, seconds_left=8.0)
    assert live.pace(tell([(1, under_way)])) == (
        "448 of 3,231 examples \N{MIDDLE DOT} 100 examples per second \N{MIDDLE DOT} about 8 s left in this stage"
    )
    done = under_way.model_copy(update={"done": 3231})
    assert "left" not in live.pace(tell([(1, done)]))


def test_the_pace_is_that_of_the_file_that_is_fetched():
    started = StageStarted(stage="prepare", note="Loading weights and data")
    file = Downloading(file="model.safetensors", received=67_000_000, total=268_000_000, bytes_per_second=2_000_000.0)
    events = [started, Progress(stage="prepare", done=0, total=3), file]
    story = tell(enumerate(events, 1))
    assert live.pace(story) == "model.safetensors: 67.0 MB of 268 MB, 2.00 MB/s, about 2 min left"
    assert live.share(story) == 0.25
    unknown = file.model_copy(update={"total": None})
    story.add([(4, unknown)])
    assert live.pace(story) == "model.safetensors: 67.0 MB, 2.00 MB/s"
    assert live.share(story) == 0
    story.add([(5, Progress(stage="prepare", done=1, total=3))])
    assert live.pace(story) == "1 of 3"
