from __future__ import annotations

import pytest

from simulator.config.run import make_config
from simulator.config.settings import SETTINGS
from simulator.runs import archive, notes, service
from simulator.runs.database.store import open_store
from simulator.runs.records import Forecast
from tests.ui.invented import whole_run
from tests.ui.reading import followed, tables_on
from ui.screens import lab
from ui.shell.frame import ARRIVED


def words(app):
    return " ".join(e.value for kind in (app.markdown, app.caption, app.info, app.success, app.error) for e in kind)


def control(app, key):
    every = (app.slider, app.selectbox, app.select_slider, app.radio, app.number_input, app.toggle, app.multiselect)
    return next(widget for kind in every for widget in kind if widget.key == key)


def test_the_first_visit_explains_what_will_happen(open_screen):
    app = open_screen("lab")
    assert "press Run" in words(app)
    assert "of memory" in words(app)  # the forecast


def test_run_submits_what_the_controls_show_and_puts_the_run_into_the_url(open_screen):
    app = open_screen("lab")
    control(app, "temperature").set_value(8.0)
    control(app, "epochs").set_value(2)
    app.run()
    app.button(key="run_button").click().run()
    (run,) = open_store().list_runs()
    assert run.config == make_config({"temperature": 8.0, "epochs": 2})
    assert app.query_params["run"] == run.id
    assert "Waiting for its turn" in followed(app)["message"]["queue"]


def test_one_switch_trains_everything_anew(open_screen):
    app = open_screen("lab")
    assert control(app, "train_anew").value is False
    control(app, "train_anew").set_value(True).run()
    app.button(key="run_button").click().run()
    (run,) = open_store().list_runs()
    assert run.forecast.anew


def test_the_forecast_names_what_is_kept():
    forecast = Forecast(seconds=6, peak_memory_mb=1000, basis="recent runs", kept=("control", "distil"))
    assert lab.forecast_words(forecast).endswith("(from recent runs here); kept: teacher, control, distil")


def test_notes_are_taken_while_a_run_waits_and_the_runs_page_shows_how_they_begin(open_screen):
    run_id = service.submit(make_config({}))
    app = open_screen("lab", run=run_id)
    app.text_area(key=f"note_{run_id}").set_value("Ada: is T = 4 enough?\nI think so.").run()
    assert notes.note(run_id) == "Ada: is T = 4 enough?\nI think so."
    listed = tables_on(open_screen("runs"))[0]
    assert dict(zip(listed["Run"], listed["Notes"], strict=True))[run_id] == "Ada: is T = 4 enough?"


def test_a_link_sets_the_controls(open_screen):
    app = open_screen("lab", model="T5-small", temperature="2.5", scope="Layer-wise")
    assert control(app, "model").value == "t5_small"
    assert control(app, "temperature").value == 2.5
    assert control(app, "scope").value == "layer_wise"
    assert control(app, "dataset").value == "reviews_topic"
    assert not app.warning


def test_a_link_that_does_not_fit_is_noted_and_the_page_works(open_screen):
    app = open_screen("lab", model="nonsense", temperature="99", epochs="many", image_size="33", seed="-4")
    (note,) = app.warning
    for part in ("nonsense", "99", "many", "33", "-4"):
        assert part in note.value
    app.button(key="run_button").click().run()
    assert open_store().list_runs()[0].config == make_config({})


def test_switching_the_model_keeps_what_fits(open_screen):
    app = open_screen("lab")
    control(app, "temperature").set_value(9.0)
    app.run()
    control(app, "model").set_value("distilbert")
    app.run()
    assert not app.exception
    assert control(app, "temperature").value == 9.0
    assert control(app, "dataset").value == "reviews_topic"
    assert control(app, "student_size").value == 3
    assert control(app, "learning_rate").value == 1e-4


def test_settings_survive_a_change_of_page(open_screen):
    app = open_screen("lab")
    control(app, "temperature").set_value(9.0)
    app.run()
    app.switch_page("pages/home.py").run()
    app.switch_page("pages/lab.py").run()
    assert control(app, "temperature").value == 9.0


def test_moving_a_control_does_not_disturb_a_run(open_screen, stored):
    stored("r1", "running", list(whole_run())[:12])
    app = open_screen("lab", run="r1")
    before = archive.run("r1")
    control(app, "temperature").set_value(9.0)
    app.run()
    assert archive.run("r1") == before
    assert "settings differ" in words(app)
    app.button(key="take_button").click().run()
    assert control(app, "temperature").value == 4.0


def test_the_controls_take_over_every_setting_of_a_run_of_another_model(open_screen, stored):
    config = make_config({"model": "t5_small", "learning_rate": 1e-3, "also_prune": ("norms",), "seed": 7})
    stored("r1", "finished", list(whole_run()), config)
    app = open_screen("lab", run="r1")
    app.button(key="take_button").click().run()
    app.button(key="run_button").click().run()
    assert open_store().list_runs()[0].config == config


def test_run_pressed_again_and_again_starts_one_run_until_a_setting_changes(open_screen):
    app = open_screen("lab")
    for _ in range(3):
        app.button(key="run_button").click().run()
    assert len(open_store().list_runs()) == 1
    assert "these settings already" in app.toast[0].value
    control(app, "temperature").set_value(8.0).run()
    app.button(key="run_button").click().run()
    assert [run.settings.temperature for run in open_store().list_runs()] == [8.0, 4.0]
    open_store().finish(open_store().list_runs()[0].id, "finished")
    app.run()
    app.button(key="run_button").click().run()
    assert len(open_store().list_runs()) == 3


def test_a_run_under_way_can_be_cancelled(open_screen, stored):
    stored("r1", "queued")
    app = open_screen("lab", run="r1")
    app.button(key="cancel_button").click().run()
    assert archive.run("r1").state == "cancelled"
    app.run()
    assert "cancel_button" not in [b.key for b in app.button]


def test_a_finished_run_shows_its_table(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    app = open_screen("lab", run="r1")
    assert "Finished in 12 s" in words(app)
    assert "measured on a test's CPU" in words(app)
    assert "teacher trained from scratch" in words(app)
    assert "Go to it" not in words(app)
    assert tables_on(app)[0]["Variant"] == ["teacher", "control", "distilled", "pruned", "recovered"]


def test_a_run_under_way_is_named_at_the_top_with_a_way_to_it(open_screen, stored):
    stored("r1", "queued")
    app = open_screen("lab", run="r1")
    assert "The open run of ResNet-18 on Handwritten digits is waiting. [Go to it](#open-run)" in [
        m.value for m in app.markdown
    ]
    assert [s.anchor for s in app.subheader] == ["open-run"]
    open_store().start("r1", "1@0.00")
    app.run()
    assert "The open run of ResNet-18 on Handwritten digits is running. [Go to it](#open-run)" in [
        m.value for m in app.markdown
    ]


def test_every_further_setting_that_applies_stands_under_more(open_screen):
    app = open_screen("lab")
    keys = {w.key for w in app.get("expander")[0].children.values()}
    further = {name for name, setting in SETTINGS.items() if setting.more} - {"beta", "rounds", "layer_sparsity"}
    assert keys == further - {"round_to"}
    control(app, "pruning").set_value("structured")
    control(app, "model").set_value("distilbert")
    app.run()
    keys = {w.key for w in app.get("expander")[0].children.values()}
    assert keys == further - {"image_size", "also_prune"}


def test_two_of_four_settles_the_sparsity_and_says_so(open_screen):
    app = open_screen("lab")
    assert not control(app, "target_sparsity").disabled
    control(app, "target_sparsity").set_value(0.8)
    control(app, "pruning").set_value("2:4")
    app.run()
    assert not app.exception
    assert control(app, "target_sparsity").disabled
    assert control(app, "target_sparsity").value == 0.5
    assert "exactly half of every layer" in words(app)
    assert "scope" not in [r.key for r in app.radio]
    assert control(app, "schedule").options == ["One-shot", "Lottery ticket", "Lottery ticket, redrawn"]


def test_the_loss_on_screen_is_the_one_that_the_method_has(open_screen):
    app = open_screen("lab", method="Decoupled (DKD)", beta="2")
    assert not app.warning
    assert control(app, "alpha").value == 1.0 and control(app, "beta").value == 2.0
    assert "Loss = **1** · soft loss + **1** · hard loss" in words(app)
    assert "rest + 2 · KL among the wrong classes" in words(app)
    control(app, "method").set_value("kd")
    app.run()
    assert "Loss = **0.7** · soft loss + **0.3** · hard loss" in words(app)
    assert "beta" not in [s.key for s in app.slider]


def test_a_schedule_with_rounds_shows_how_many(open_screen):
    app = open_screen("lab", schedule="Iterative", importance="taylor")
    assert not app.warning
    assert control(app, "importance").value == "taylor"
    assert control(app, "rounds").value == 3
    control(app, "pruning").set_value("2:4")
    app.run()
    assert control(app, "schedule").value == "one_shot"
    assert "rounds" not in [s.key for s in app.slider]


def test_shares_by_hand_are_written_down_and_run(open_screen):
    app = open_screen("lab", scope="By hand")
    text = next(t for t in app.text_input if t.key == "layer_sparsity")
    text.set_value("layer1.0.conv1.weight=0.5")
    app.run()
    assert control(app, "target_sparsity").disabled
    app.button(key="run_button").click().run()
    (run,) = open_store().list_runs()
    assert run.config == make_config({"scope": "by_hand", "layer_sparsity": "layer1.0.conv1.weight=0.5"})
    text = next(t for t in app.text_input if t.key == "layer_sparsity")
    text.set_value("layer1.0.conv1.weight=2")
    app.run()
    assert not app.exception
    assert "'layer1.0.conv1.weight=2' needs a weight's name and a share of 0 to 0.95" in app.warning[0].value


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


def test_a_run_that_does_not_fit_is_refused_with_advice(open_screen, monkeypatch):
    from simulator.errors import DoesNotFit
    from simulator.runs.forecast import budget

    def refuse(*_):
        raise DoesNotFit("It needs 9 GB and 1 GB is free.", "Choose a smaller batch.")

    monkeypatch.setattr(budget, "check_fits", refuse)
    app = open_screen("lab")
    app.button(key="run_button").click().run()
    assert "Choose a smaller batch." in app.error[0].value
    assert open_store().list_runs() == []


def test_a_link_followed_later_in_a_session_sets_model_and_data_together(open_screen):
    app = open_screen("lab", model="ResNet-18", temperature="8")
    app.query_params.clear()
    app.switch_page("pages/own_data.py").run()
    app.session_state[ARRIVED] = True  # AppTest runs later pages without the frame that marks this
    app.query_params.update({"model": "DistilBERT", "dataset": "Reviews: pleased or not?"})
    app.switch_page("pages/lab.py").run()
    assert not app.exception, app.exception
    assert (app.selectbox(key="model").value, app.selectbox(key="dataset").value) == ("distilbert", "reviews_sentiment")
    assert app.slider(key="temperature").value == 8


@pytest.mark.usefixtures("tiny_cnn")
def test_a_model_that_was_registered_from_outside_can_be_chosen(open_screen):
    app = open_screen("lab")
    assert control(app, "model").options[-1] == "Tiny CNN"
    control(app, "model").set_value("tiny_cnn").run()
    assert not app.exception
    assert control(app, "student_size").value == 0.5
    assert control(app, "dataset").value == "digits"
