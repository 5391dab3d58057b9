from __future__ import annotations

import re

import pytest

from simulator.runs import archive, recorded
from simulator.runs.database.store import open_store
from simulator.teaching.labs import LABS, evidence, progress
from tests.ui.reading import followed
from ui.words import glossary

TEACHER, SPARSITY, ZEROS, CHANNELS, TOGETHER = (LABS[n] for n in (0, 2, 3, 4, 5))


def shown(app):
    kinds = (app.markdown, app.caption, app.info, app.success, app.error, app.warning, app.subheader)
    written = " ".join(str(e.value) for kind in kinds for e in kind)
    return re.sub(r"\\(?=[^A-Za-z0-9\s])|\N{WORD JOINER}", "", written)  # as it reads, not as Markdown spells it


def keys(app):
    return [b.key for b in app.button]


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception, app.exception


def parameter(app, name):
    value = app.query_params[name]
    return value[0] if isinstance(value, list) else value


def check(app):
    next(b for b in app.button if b.label == "Check").click().run()
    assert not app.exception, app.exception


def begun(lab, runs=None, settings=None, prediction=0.0):
    known = progress.new_id()
    progress.commit(known, lab, prediction, settings or {})
    if runs:
        progress.take_runs(known, lab, runs)
    return known


def test_every_term_is_in_the_glossary():
    for lab in LABS:
        assert set(lab.terms) <= set(glossary.GLOSSARY)


def test_the_list_names_every_lab_and_how_far_it_is(open_screen):
    app = open_screen("guided_labs")
    for lab in LABS:
        assert lab.question in shown(app)
    assert shown(app).count("not begun") == 6
    known = begun(ZEROS, ZEROS.recorded)
    app = open_screen("guided_labs", progress=known)
    assert shown(app).count("not begun") == 5 and "10 minutes, begun" in shown(app)
    for number in (0, 1):
        progress.answer(known, ZEROS, number, 0)
    app = open_screen("guided_labs", progress=known)
    assert "10 minutes, done" in shown(app)
    assert "1 of 6 done" in str(app.get("progress")[0].proto)


@pytest.mark.parametrize("number", range(1, 7))
def test_every_lab_from_its_question_to_its_takeaway_with_the_recorded_run(open_screen, number):
    lab = LABS[number - 1]
    app = open_screen("guided_labs", lab=str(number))
    assert lab.question in shown(app)
    assert "lab_back" in keys(app) and app.button(key="lab_back").disabled
    press(app, "lab_next")
    assert app.button(key="lab_next").disabled
    if lab.prediction.options:
        assert app.button(key="lab_commit").disabled
        app.radio[0].set_value(next(iter(lab.prediction.options))).run()
    press(app, "lab_commit")
    known = parameter(app, "progress")
    assert "No time?" in shown(app) and app.button(key="lab_next").disabled
    press(app, "lab_recorded")
    assert progress.read(known)[lab.name].runs == lab.recorded
    assert "recorded on" in shown(app)
    press(app, "lab_next")
    found = evidence(lab.recorded)
    assert "You said" in shown(app) and lab.answer(found).sentence in shown(app)
    assert "They do not come from a run of yours" in shown(app)
    for place, question in enumerate(lab.questions(found)):
        press(app, "lab_next")
        assert question.text in shown(app)
        if question.is_number:
            app.number_input[0].set_value(question.right)
        else:
            app.radio[0].set_value(int(question.right))
        check(app)
        assert question.explanation in shown(app) and "Right:" in shown(app)
        assert len(progress.read(known)[lab.name].answers) == place + 1
    press(app, "lab_next")
    assert all(sentence in shown(app) for sentence in lab.takeaway(found))
    assert "2 of 2 right" in shown(app)
    assert open_store().list_runs() == []  # nothing was trained


def test_a_committed_prediction_is_shown_and_not_asked_again(open_screen):
    known = begun(TEACHER, prediction=12.5)
    app = open_screen("guided_labs", lab="1", progress=known, step="2")
    assert "You committed to **+12.5 points**" in shown(app)
    assert not app.slider and "lab_commit" not in keys(app)


def test_a_second_browser_that_commits_too_late_changes_nothing(open_screen):
    known = begun(ZEROS, prediction=50.0)
    first, second = (open_screen("guided_labs", lab="1", progress=known, step="2") for _ in range(2))
    first.slider[0].set_value(10.0)
    second.slider[0].set_value(20.0)
    press(first, "lab_commit")
    press(second, "lab_commit")  # its page was drawn before the first one committed
    assert progress.read(known)["teacher"].prediction == 10.0
    assert "You committed to **+10.0 points**" in shown(second)


def test_a_lab_opens_where_it_goes_on(open_screen):
    known = begun(ZEROS, prediction=50.0)
    assert "No time?" in shown(open_screen("guided_labs", lab="4", progress=known))
    progress.take_runs(known, ZEROS, ZEROS.recorded)
    assert "You said **50.0 %**; the measured answer is **0.0 %**" in shown(
        open_screen("guided_labs", lab="4", progress=known)
    )
    progress.answer(known, ZEROS, 0, 0)
    assert "Step 6 of 7" in str(open_screen("guided_labs", lab="4", progress=known).get("progress")[0].proto)


def test_a_step_that_was_not_reached_yet_is_not_opened(open_screen):
    app = open_screen("guided_labs", lab="1", step="7")
    assert "Step 2 of 7" in str(app.get("progress")[0].proto)
    app = open_screen("guided_labs", lab="1", step="nonsense")
    assert "Step 1 of 7" in str(app.get("progress")[0].proto)


def test_the_link_of_a_lab_carries_nobodys_progress(open_screen):
    known = begun(ZEROS)
    app = open_screen("guided_labs", lab="2", progress=known)
    shared, own = (c.value for c in app.code)
    assert shared.endswith("?lab=2") and own.endswith(f"?lab=2&progress={known}")
    assert "progress" not in open_screen("guided_labs", lab="2").query_params


@pytest.mark.parametrize("lab", ["0", "7", "x", "-1"])
def test_a_lab_that_does_not_exist_is_said_and_the_list_is_there(open_screen, lab):
    app = open_screen("guided_labs", lab=lab)
    assert "There is no lab" in app.error[0].value
    assert LABS[0].question in shown(app)


def test_a_progress_that_is_not_on_this_server_is_said_and_forgotten(open_screen):
    app = open_screen("guided_labs", lab="1", progress="feedfacecafebeef")
    assert "There is no progress 'feedfacecafebeef'" in app.error[0].value
    assert TEACHER.question in shown(app)
    app.run()
    assert not app.error


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
    progress.answer(known, ZEROS, 0, 1)
    assert "lab_run" not in keys(open_screen("guided_labs", lab="4", progress=known, step="3"))


def test_without_recorded_runs_the_lab_says_so(open_screen, monkeypatch):
    known = begun(SPARSITY, prediction=50.0)
    monkeypatch.setattr(recorded, "find", lambda run_id: None)
    app = open_screen("guided_labs", lab="3", progress=known)
    assert "ships no recorded run" in shown(app) and "lab_recorded" not in keys(app)


def test_home_says_where_to_begin_and_later_where_to_go_on(open_screen):
    app = open_screen("home")
    assert app.button(key="begin_here").label == "Start with lab 1: Does a teacher help?"
    press(app, "begin_here")
    assert TEACHER.question in shown(app)
    app.switch_page("pages/guided_labs.py")
    app.query_params.update(lab="1", step="2")
    app.run()
    press(app, "lab_commit")
    app.switch_page("pages/home.py").run()
    assert app.button(key="begin_here").label == "Continue your labs"
    press(app, "begin_here")
    assert "15 minutes, begun" in shown(app)
