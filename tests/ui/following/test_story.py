from __future__ import annotations

from typing import get_args

from simulator.events import STAGES, CellFinished, Progress, Stage, StageStarted
from tests.ui.invented import PROVENANCE, whole_run
from ui.following.story import STAGE_TITLES, STAGE_WORDS, Story, tell


def numbered(events):
    return list(enumerate(events, 1))


def test_a_whole_run_ends_with_everything_known():
    events = numbered(whole_run())
    story = tell(events)
    assert story.last == len(events)
    assert story.provenance == PROVENANCE
    assert story.class_names == ("cat", "dog")
    assert set(story.losses) == {"control", "distilled", "recovered"}
    assert [p.step for p in story.losses["control"]] == [1, 2, 3, 4]
    assert [m.name for m in story.measurements] == ["teacher", "control", "distilled", "pruned", "recovered"]
    assert story.seconds == 12
    assert all(story.state_of(stage) == "done" for stage in STAGES)


def test_events_in_portions_tell_the_same_story():
    events = numbered(whole_run())
    story = Story()
    for start in range(0, len(events), 3):
        story.add(events[start : start + 3])
    assert story == tell(events)


def test_states_of_the_stages_while_one_is_under_way():
    events = numbered(whole_run())
    until = next(i for i, (_, e) in enumerate(events) if isinstance(e, StageStarted) and e.stage == "distil")
    story = tell(events[: until + 1])
    states = {stage: story.state_of(stage) for stage in STAGES}
    assert states == {
        "prepare": "done", "teacher": "done", "control": "done", "distil": "now",
        "prune": "next", "recover": "next", "measure": "next",
    }  # fmt: skip
    assert story.progress is None  # the control's last progress is not the distillation's


def test_a_run_without_recovery_leaves_that_stage_out():
    assert tell(numbered(whole_run(recovery=False))).state_of("recover") == "left out"


def test_a_cell_counts_before_the_progress_that_counts_it_has_come():
    cell = CellFinished(at={"temperature": 4.0}, seed=0, values={"distilled": 0.9})
    events = [StageStarted(stage="experiment", note=""), Progress(stage="experiment", done=0, total=12), cell]
    story = tell(numbered(events))
    assert story.progress is not None
    assert (story.progress.done, story.progress.total) == (1, 12)


def test_every_stage_has_words():
    assert set(STAGE_TITLES) == set(STAGE_WORDS) == set(get_args(Stage))


def in_repeat(repeat, events):
    """Return the same events for another seed."""
    for event in events:
        yield event.model_copy(update={"repeat": repeat}) if "repeat" in type(event).model_fields else event


def test_the_next_seed_begins_the_students_stages_anew_and_keeps_the_curves_of_each():
    first = list(whole_run())[:-1]
    again = next(i for i, e in enumerate(first) if isinstance(e, StageStarted) and e.stage == "control")
    second = list(in_repeat(1, first[again:]))
    until = next(i for i, e in enumerate(second) if isinstance(e, StageStarted) and e.stage == "distil")
    story = tell(numbered(first + second[: until + 1]))
    assert story.repeat == 1
    assert [story.state_of(s) for s in STAGES] == ["done", "done", "done", "now", "next", "next", "next"]
    assert [p.repeat for p in story.losses_of(1)["control"]] == [1] * 4
    assert story.losses_of(1)["distilled"] == []
    assert [p.repeat for p in story.losses_of(0)["distilled"]] == [0] * 4
    assert [e.epoch for e in story.epochs_of(1)["control"]] == [0, 1]
