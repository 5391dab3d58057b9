"""The run step of a lab: a run of one's own or the recorded one, replaced where it broke."""

from __future__ import annotations

from simulator.runs import archive, recorded
from simulator.runs.database.store import open_store
from simulator.teaching.labs import progress
from tests.ui.reading import followed
from tests.ui.screens.guided_labs.guided import (
    CHANNELS,
    SPARSITY,
    TEACHER,
    TOGETHER,
    ZEROS,
    answered,
    begun,
    keys,
    parameter,
    press,
    shown,
)


def test_run_queues_the_labs_settings_and_what_the_student_chose(open_screen):
    app = open_screen("guided_labs", lab="6", step="2")
    app.get("button_group")[1].set_value(0.7).run()
    press(app, "lab_commit")
    known = parameter(app, "progress")
    assert progress.read(known)["together"].settings == {"student_size": 0.5, "target_sparsity": 0.7}
    press(app, "lab_run")
    (run,) = open_store().list_runs()
    assert (run.config,) == TOGETHER.configs({"student_size": 0.5, "target_sparsity": 0.7})
    assert progress.read(known)["together"].runs == (run.id,)
    assert "Waiting for its turn" in followed(app)["message"]["queue"] and app.button(key="lab_next").disabled
    press(app, "lab_switch")
    assert archive.run(run.id).state == "cancelled"
    assert progress.read(known)["together"].runs == TOGETHER.recorded


def test_two_runs_are_queued_one_after_the_other(open_screen):
    known = begun(CHANNELS, prediction="zeros")
    app = open_screen("guided_labs", lab="5", progress=known)
    press(app, "lab_run")
    first, second = progress.read(known)["channels"].runs
    assert [archive.run(r).config for r in (first, second)] == list(CHANNELS.configs({}))
    assert "Run 1 of 2" in shown(app)
    open_store().finish(first, "finished")
    app.run()
    assert "Run 2 of 2" in shown(app)


def test_a_run_that_broke_or_was_deleted_can_be_replaced(open_screen, stored):
    stored("broken", "failed", message="Out of memory.", advice="Use a smaller batch.")
    known = begun(TEACHER, ["broken"])
    app = open_screen("guided_labs", lab="1", progress=known)
    assert "Out of memory." in app.error[0].value
    press(app, "lab_recorded")
    assert progress.read(known)["teacher"].runs == TEACHER.recorded
    gone = begun(TEACHER, ["nowhere"])
    app = open_screen("guided_labs", lab="1", progress=gone)
    assert "was deleted" in app.warning[0].value
    press(app, "lab_run")
    assert [run.config for run in open_store().list_runs(["queued"])] == list(TEACHER.configs({}))


def test_after_the_recording_one_can_still_run_it_until_a_question_is_answered(open_screen):
    known = begun(ZEROS, ZEROS.recorded)
    press(open_screen("guided_labs", lab="4", progress=known, step="3"), "lab_run")
    (run,) = open_store().list_runs()
    assert progress.read(known)["zeros"].runs == (run.id,)
    progress.take_runs(known, ZEROS, ZEROS.recorded)
    answered(known, ZEROS, 0, 1)
    assert "lab_run" not in keys(open_screen("guided_labs", lab="4", progress=known, step="3"))


def test_without_recorded_runs_the_lab_says_so(open_screen, monkeypatch):
    known = begun(SPARSITY, prediction=50.0)
    monkeypatch.setattr(recorded, "find", lambda run_id: None)
    app = open_screen("guided_labs", lab="3", progress=known)
    assert "ships no recorded run" in shown(app) and "lab_recorded" not in keys(app)
