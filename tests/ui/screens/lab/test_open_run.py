"""The open run beside the Lab's controls."""

from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.runs import archive, notes, service
from simulator.runs.database.store import open_store
from tests.ui.invented import whole_run
from tests.ui.reading import panels_on, tables_on, widget, words


def test_the_first_visit_explains_what_will_happen(open_screen):
    app = open_screen("lab")
    assert "press Run" in words(app)
    assert "of memory" in words(app)  # the forecast


def test_notes_are_taken_while_a_run_waits_and_the_runs_page_shows_how_they_begin(open_screen):
    run_id = service.submit(make_config({}))
    app = open_screen("lab", run=run_id)
    app.text_area(key=f"note_{run_id}").set_value("Ada: is T = 4 enough?\nI think so.").run()
    assert notes.note(run_id) == "Ada: is T = 4 enough?\nI think so."
    listed = tables_on(open_screen("runs"))[0]
    assert dict(zip(listed["Run"], listed["Notes"], strict=True))[run_id] == "Ada: is T = 4 enough?"


def test_moving_a_control_does_not_disturb_a_run(open_screen, stored):
    stored("r1", "running", list(whole_run())[:12])
    app = open_screen("lab", run="r1")
    before = archive.run("r1")
    widget(app, "temperature").set_value(9.0)
    app.run()
    assert archive.run("r1") == before
    assert "The controls now say Temperature T = 9; this run has Temperature T = 4." in words(app)
    app.button(key="take_button").click().run()
    assert widget(app, "temperature").value == 4.0


def test_fewer_examples_that_all_have_labels_are_one_change(open_screen, stored):
    stored("r1", "running", list(whole_run())[:12])
    app = open_screen("lab", run="r1", train_examples="200")
    assert "now say Training examples = 200; this run has Training examples = 1,077." in words(app)
    app = open_screen("lab", run="r1", labels="50")
    assert "now say Labelled examples = 50; this run has Labelled examples = all." in words(app)


def test_the_controls_take_over_every_setting_of_a_run_of_another_model(open_screen, stored):
    config = make_config({"model": "t5_small", "learning_rate": 1e-3, "also_prune": ("norms",), "seed": 7})
    stored("r1", "finished", list(whole_run()), config)
    app = open_screen("lab", run="r1")
    app.button(key="take_button").click().run()
    app.button(key="run_button").click().run()
    assert open_store().list_runs()[0].config == config


def test_a_finished_run_shows_its_table(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    app = open_screen("lab", run="r1")
    assert "Finished in 12 s" in words(app)
    assert "measured on a test's CPU" in words(app)
    assert "teacher trained from scratch" in words(app)
    assert "**Finished.** [The student is the same size and as accurate as its teacher" in words(app)
    assert tables_on(app)[0]["Variant"] == ["teacher", "control", "distilled", "pruned", "recovered"]


def test_a_run_that_has_ended_shows_its_picture_and_a_running_one_does_not(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    stored("r2", "running", list(whole_run())[:12])
    app = open_screen("lab", run="r1")
    assert [panel["title"] for panel in panels_on(app)] == ["File", "Test accuracy", "Time for one example"]
    assert "The student is the same size and as accurate as its teacher" in words(app)
    assert panels_on(open_screen("lab", run="r2")) == []


def test_an_open_run_shows_its_own_settings(open_screen, stored):
    stored("r1", "finished", list(whole_run()), make_config({"temperature": 8.0, "pruning": "2:4"}))
    app = open_screen("lab", run="r1")
    (line,) = [c.value for c in app.caption if c.value.startswith("Temperature T = 8, Epochs = ")]
    assert "Sparsity =" not in line and "Two of every four (2:\N{WORD JOINER}4)" in line


@pytest.mark.parametrize("state", ["failed", "interrupted"])
def test_a_run_that_broke_says_why_and_can_be_run_again(open_screen, stored, state):
    stored("r1", state, list(whole_run())[:12], message="Out of memory.", advice="Use a smaller batch.")
    app = open_screen("lab", run="r1")
    assert "Out of memory." in app.error[0].value
    assert "Use a smaller batch." in app.error[0].value
    app.button(key="again_button").click().run()
    assert [run.state for run in open_store().list_runs()] == ["queued", state]


def test_a_run_that_is_gone_is_said_to_be_gone_and_a_new_one_can_start(open_screen):
    app = open_screen("lab", run="nowhere")
    assert "There is no run 'nowhere'" in app.error[0].value
    assert "run" not in app.query_params
    app.run()
    assert not app.error
    app.button(key="run_button").click().run()
    assert len(open_store().list_runs()) == 1
