"""The controls of an experiment, and the address that carries them."""

from __future__ import annotations

from simulator.experiments import make_experiment
from simulator.runs import archive
from tests.ui.screens.experiments.asked import WHOLE, words
from ui.screens.experiments.settings import differing


def test_a_value_that_does_not_fit_is_said_and_cannot_be_run(open_screen):
    app = open_screen("experiments", experiment="how_hot", predicted="no")
    app.text_input(key="values_how_hot_temperature").set_value("0.1").run()
    assert "temperature" in app.error[0].value
    assert app.button(key="run_experiment").disabled


def test_a_sweep_takes_any_two_settings(open_screen):
    app = open_screen("experiments", experiment="sweep", predicted="yes")
    app.selectbox(key="axis_0").set_value("scope").run()
    for _ in range(2):  # the second time, the open run is this one
        app.button(key="run_experiment").click().run()
    (run,) = archive.list_runs(("queued",))
    assert [axis.setting for axis in run.experiment.axes] == ["scope", "target_sparsity"]
    assert run.experiment.axes[0].values[:2] == ("global", "layer_wise")


def test_a_sweep_takes_values_that_fit_only_together(open_screen):
    """Its base has 200 examples, and each of its cells has more than 500."""
    app = open_screen("experiments", experiment="sweep", predicted="yes")
    for number, (name, typed) in enumerate({"train_examples": "700, 1077", "labels": "500"}.items()):
        app.selectbox(key=f"axis_{number}").set_value(name).run()
        app.text_input(key=f"values_sweep_{name}").set_value(typed).run()
    app.button(key="run_experiment").click().run()
    (run,) = archive.list_runs(("queued",))
    assert [axis.values for axis in run.experiment.axes] == [(700, 1077), (500,)]


def test_a_link_to_a_run_sets_the_controls_to_it_and_a_change_is_said(open_screen, stored):
    config = make_experiment("how_hot", {"model": "mobilenet_v2"}, {"temperature": (1.0, 3.0)}, seeds=2)
    stored("s1", "finished", WHOLE, config)
    app = open_screen("experiments", run="s1")
    assert app.selectbox(key="model_how_hot").value == "mobilenet_v2"
    assert app.slider(key="seeds_how_hot").value == 2
    assert app.text_input(key="values_how_hot_temperature").value == "1, 3"
    assert "settings differ" not in words(app)
    app.slider(key="seeds_how_hot").set_value(4).run()
    app.text_input(key="values_how_hot_temperature").set_value("1, 8").run()
    assert "This run's settings differ from the controls: Seeds: 2, Values of Temperature T: 1, 3." in words(app)


def test_a_run_opened_from_its_experiments_page_sets_the_controls_too(open_screen, stored):
    config = make_experiment("how_hot", {"model": "mobilenet_v2"}, {"temperature": (1.0, 3.0)}, seeds=2)
    stored("s1", "finished", WHOLE, config)
    app = open_screen("experiments", experiment="how_hot")
    assert app.slider(key="seeds_how_hot").value == 3
    app.query_params.clear()
    app.query_params["run"] = "s1"
    app.run()
    assert app.selectbox(key="model_how_hot").value == "mobilenet_v2"
    assert (app.slider(key="seeds_how_hot").value, "settings differ" in words(app)) == (2, False)
    app.slider(key="seeds_how_hot").set_value(4).run()
    assert app.slider(key="seeds_how_hot").value == 4  # it is set once, not again while the run is open


def test_the_two_axes_of_a_sweep_cannot_be_the_same_setting(open_screen):
    app = open_screen("experiments", experiment="sweep")
    first, second = app.selectbox(key="axis_0").value, app.selectbox(key="axis_1").value
    app.selectbox(key="axis_0").set_value(second).run()
    assert not app.exception
    assert app.selectbox(key="axis_1").value != second
    assert first != second


def test_settings_in_the_address_are_taken_and_the_link_leaves_the_prediction_out(open_screen):
    app = open_screen(
        "experiments", experiment="how_hot", predicted="no", seeds_how_hot="5", values_how_hot_temperature="1, 9"
    )
    assert app.slider(key="seeds_how_hot").value == 5
    (link,) = [code.value for code in app.code if "experiment=how_hot" in code.value]
    assert "seeds_how_hot=5" in link and "values_how_hot_temperature=1%2C+9" in link
    assert "predicted" not in link
    app.button(key="run_experiment").click().run()
    (run,) = archive.list_runs(("queued",))
    assert run.config == make_experiment("how_hot", None, {"temperature": (1.0, 9.0)}, seeds=5)


def test_what_differs_from_the_controls_is_named_with_the_runs_value():
    chosen = make_experiment("how_hot", None, {"temperature": (1.0, 9.0)}, seeds=3)
    assert differing(chosen, chosen) == []
    of_run = make_experiment("how_hot", {"model": "mobilenet_v2"}, {"temperature": (1.0, 2.5)}, seeds=1)
    found = differing(of_run, chosen)
    assert "Model: MobileNetV2" in found
    assert found[-2:] == ["Seeds: 1", "Values of Temperature T: 1, 2.5"]
