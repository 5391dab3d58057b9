from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from simulator.config.run import make_config
from simulator.events import (
    Downloading,
    EpochFinished,
    Kept,
    LossPoint,
    Measured,
    Progress,
    RunFailed,
    StageFinished,
    StageStarted,
)
from simulator.runs.records import Forecast, Run
from tests.ui.invented import measurement, whole_run
from ui.following import drawing
from ui.following.story import STAGE_WORDS, tell


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
    assert drawing.since(a_run(state, started_at=started)) == "started 5 min ago"


@pytest.mark.parametrize("state", ["queued", "cancelled"])
def test_a_run_that_never_started_was_submitted(state):
    assert drawing.since(a_run(state)) == "submitted 20 min ago"


def test_a_recorded_run_was_started_by_nobody_here():
    started = datetime.now(UTC) - timedelta(hours=2)
    assert drawing.since(a_run("finished", started_at=started, origin="recorded")) == "recorded 2 h ago"


def test_what_is_being_done_is_said_while_an_experiment_trains_its_teacher():
    story = tell([(1, StageStarted(stage="teacher", note="Training the teacher"))])
    title, words, note = drawing.doing(story, a_run("running"))
    assert (title, note) == ("Teacher.", "Training the teacher")
    assert words.startswith("The teacher learns the task")
    assert drawing.doing(tell([]), a_run("running")) == []


def test_the_pace_of_an_experiment_counts_cells():
    events = [StageStarted(stage="experiment", note="Few labels"), Progress(stage="experiment", done=2, total=12)]
    story = tell(enumerate(events, 1))
    assert drawing.pace(story, a_run("running")) == "2 of 12 cells"
    assert drawing.doing(story, a_run("running"))[2] == ""  # its note is the title, which is above


def test_the_stepper_says_which_stages_were_kept_and_from_where():
    kept = Kept(run="ab12", at=(datetime.now(UTC) - timedelta(minutes=3)).isoformat(), device="a processor")
    control = StageFinished(stage="control", seconds=21, peak_memory_mb=1, kept=kept)
    distil = StageFinished(stage="distil", seconds=30, peak_memory_mb=1)
    story = tell(enumerate([StageStarted(stage="control", note=""), control, distil], 1))
    assert story.kept == {"control": "kept: carried out in run ab12, 3 min ago, in 21 s"}
    shown = {step["title"]: step["tip"] for step in drawing.steps(story, a_run("running"))}
    assert shown["Control, kept"] == story.kept["control"]
    assert shown["Distil"] == "30 s"


def until_distillation():
    events = list(enumerate(whole_run(), 1))
    return events[
        : next(i for i, (_, e) in enumerate(events, 1) if isinstance(e, StageStarted) and e.stage == "distil")
    ]


def test_the_stage_in_which_a_run_broke_is_marked():
    events = until_distillation()
    story = tell([*events, (len(events) + 1, RunFailed(message="Out of memory."))])
    steps = drawing.steps(story, a_run("failed"))
    states = ["done"] * 3 + ["stopped here"] + ["not reached"] * 3
    assert [step["state"] for step in steps] == states
    assert (steps[3]["mark"], steps[3]["title"]) == ("✕", "Distil")


def test_the_stage_under_way_is_marked_and_a_finished_one_says_how_long_it_took():
    steps = drawing.steps(tell(until_distillation()), a_run("running"))
    assert [step["state"] for step in steps] == ["done"] * 3 + ["now"] + ["next"] * 3
    assert (steps[3]["mark"], steps[3]["title"]) == ("●", "Distil")
    assert (steps[2]["tip"], steps[4]["tip"]) == ("3 s", STAGE_WORDS["prune"])


def test_which_repeat_it_is_is_said_only_where_there_are_several():
    assert drawing.of_repeats(1, make_config({"repeats": 3})) == ", repeat 2 of 3"
    assert drawing.of_repeats(0, make_config({})) == ""


def test_the_pace_names_its_unit_and_no_time_left_when_all_is_done():
    under_way = Progress(stage="distil", done=448, total=3231, examples_per_second=100.0, seconds_left=8.0)
    assert drawing.pace(tell([(1, under_way)]), a_run("running")) == (
        "448 of 3,231 examples \N{MIDDLE DOT} 100 examples per second \N{MIDDLE DOT} about 8 s left in this stage"
    )
    done = under_way.model_copy(update={"done": 3231})
    assert "left" not in drawing.pace(tell([(1, done)]), a_run("running"))


def test_the_time_left_in_total_follows_that_of_the_stage():
    planned = (
        ("prepare", 4.0),
        ("teacher", 1.0),
        ("control", 20.0),
        ("distil", 20.0),
        ("prune", 1.0),
        ("measure", 14.0),
    )
    forecast = Forecast(seconds=60, peak_memory_mb=1, basis="estimate", stages=planned)
    run = a_run("running", started_at=datetime.now(UTC) - timedelta(seconds=7), forecast=forecast)
    over = []
    for stage, seconds in planned[:2]:
        over += [StageStarted(stage=stage, note=""), StageFinished(stage=stage, seconds=seconds, peak_memory_mb=1)]
    begun = [*over, StageStarted(stage="control", note="")]
    assert drawing.pace(tell(enumerate(begun, 1)), run) == "Under way · about 53 s left in total"
    says = Progress(stage="control", done=1, total=9, seconds_left=30.0)
    assert drawing.pace(tell(enumerate([*begun, says], 1)), run) == (
        "1 of 9 · about 30 s left in this stage · about 65 s left in total"
    )
    late = run.model_copy(update={"started_at": datetime.now(UTC) - timedelta(seconds=70)})
    assert "the run takes longer than the forecast said" in drawing.pace(tell(enumerate(begun, 1)), late)


def test_the_pace_is_that_of_the_file_that_is_fetched():
    started = StageStarted(stage="prepare", note="Loading weights and data")
    file = Downloading(file="model.safetensors", received=67_000_000, total=268_000_000, bytes_per_second=2_000_000.0)
    events = [started, Progress(stage="prepare", done=0, total=3), file]
    story = tell(enumerate(events, 1))
    assert drawing.pace(story, a_run("running")) == "model.safetensors: 67.0 MB of 268 MB, 2.00 MB/s, about 2 min left"
    assert drawing.share(story) == 0.25
    unknown = file.model_copy(update={"total": None})
    story.add([(4, unknown)])
    assert drawing.pace(story, a_run("running")) == "model.safetensors: 67.0 MB, 2.00 MB/s"
    assert drawing.share(story) == 0
    story.add([(5, Progress(stage="prepare", done=1, total=3))])
    assert drawing.pace(story, a_run("running")) == "1 of 3"


@pytest.mark.parametrize(("ago", "shown"), [(7, "7 s"), (-3600, "1 s")])  # in the future: the clock was set back
def test_a_worker_that_starts_says_since_when_and_a_run_that_is_over_does_not(ago, shown):
    started = datetime.now(UTC) - timedelta(seconds=ago)
    assert drawing.pace(tell([]), a_run("running", started_at=started)) == f"Starting the worker process ({shown})"
    assert drawing.pace(tell(enumerate(whole_run(), 1)), a_run("running")) == "Done"


def test_points_are_those_of_the_curves():
    story = tell(enumerate(whole_run(), 1))
    points = drawing.points_so_far(story)
    of_control = [point for point in points if point[0] == "control"]
    assert [point[2:] for point in of_control if len(point) == 4] == [[0, 10.0], [1, 80.0]]
    losses = [point for point in of_control if len(point) == 6]
    assert [point[2] for point in losses] == [p.epoch for p in story.losses["control"]]
    assert [point[3] for point in losses] == pytest.approx([p.hard for p in story.losses["control"]], rel=1e-3)
    assert {point[4] for point in losses} == {None}
    assert sorted(map(str, points)) == sorted(str(p) for _, p in drawing.points_of(enumerate(whole_run(), 1)))


def test_a_browser_gets_the_seed_under_way_and_the_teacher():
    first, second = ["control", 0, 1, 80.0], ["control", 1, 1, 82.0]
    teacher = ["teacher", 0, 1, 90.0]
    assert drawing.of_repeat([first, teacher, second], 1) == [teacher, second]


def test_the_message_says_in_words_what_each_chart_shows():
    story = tell(enumerate(whole_run(), 1))
    sent = drawing.message(a_run("running"), story, "", 0, drawing.points_so_far(story))
    assert sent["alts"]["Hard loss"].startswith("Hard loss by epoch: control went from 1.00 to ")
    assert sent["validation_alt"].startswith("Validation accuracy: control 80.0 %")
    assert json.loads(json.dumps(sent)) == sent


def test_the_curve_is_that_of_the_stage_under_way():
    story = tell([])
    drawn = []
    for n, stage in enumerate(("teacher", "control", "distil", "recover"), 1):
        story.add([(n, StageStarted(stage=stage, note=""))])
        drawn.append(drawing.message(a_run("running"), story, "", 0, ())["curve"])
    assert drawn == ["Teacher", "Hard loss", "Hard loss", "Recovery"]


def test_the_newest_is_an_accuracy_or_the_loss_of_a_training_without_one():
    story = tell([])
    assert drawing.newest(story) == ""
    loss = LossPoint(variant="control", step=1, epoch=0.5, total=1.23456, hard=1.0, learning_rate=0.1)
    accurate = EpochFinished(variant="control", epoch=1, validation_accuracy=0.8)
    other = loss.model_copy(update={"variant": "distilled", "total": 0.5})
    tested = Measured(measurement=measurement("control", 0.75))
    says = []
    for n, event in enumerate((loss, accurate, loss, other, loss.model_copy(update={"repeat": 1}), tested), 1):
        story.add([(n, event)])
        says.append(drawing.newest(story))
    assert says == [
        "Control: loss 1.235",
        "Control: 80.0 % on validation",
        "Control: 80.0 % on validation",
        "Distilled: loss 0.5",
        "Control: loss 1.235",
        "Control: 75.0 % on the test",
    ]
