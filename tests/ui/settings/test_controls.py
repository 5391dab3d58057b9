"""The settings as widgets, and as the parameters of an address."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig, make_config
from simulator.config.settings import SETTINGS
from ui.settings import controls, fitting


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"model": "distilbert", "dataset": "docstrings", "student_size": 2, "method": "dist"},
        {"scope": "by_hand", "layer_sparsity": "conv1.weight=0.5, fc.weight=0.9", "repeats": 3},
        {"recovery_with_teacher": False, "also_prune": ("norms", "biases"), "learning_rate": 0.002, "image_size": 64},
    ],
)
def test_a_link_to_the_lab_asks_for_the_settings_that_it_was_made_of(changes):
    config = make_config(changes)
    link = {name: [value] if isinstance(value, str) else value for name, value in controls.in_link(config).items()}
    asked, notes = fitting.from_link(link)
    assert (fitting.fit(asked, None)[0], notes) == (config, [])


def test_the_lab_says_when_a_link_asks_for_data_that_is_gone(open_screen):
    app = open_screen("lab", model="distilbert", dataset="own-00000000")
    assert "own-00000000" in app.warning[0].value
    assert app.selectbox(key="dataset").value == "reviews_topic"


def page() -> None:
    import streamlit as st

    from simulator.config.run import RunConfig
    from ui.settings import controls

    settled = controls.settle()
    controls.show_notes()
    for name in RunConfig.model_fields:
        controls.draw(name, settled)
    st.code(controls.chosen(settled).model_dump_json())


def opened(**parameters: object) -> AppTest:
    app = AppTest.from_function(page)
    app.query_params.update(parameters)
    app.run(timeout=30)
    assert not app.exception, app.exception
    return app


def held(app: AppTest) -> RunConfig:
    return RunConfig.model_validate_json(app.code[0].value)


def test_every_setting_has_a_widget_of_its_name_that_begins_at_its_default():
    app = opened()
    kinds = (
        app.selectbox, app.radio, app.slider, app.select_slider, app.toggle, app.multiselect, app.text_input,
        app.number_input, app.get("button_group"),
    )  # fmt: skip
    assert {widget.key for kind in kinds for widget in kind} == set(RunConfig.model_fields)
    assert held(app) == make_config({})


def test_a_change_of_model_takes_its_defaults_along_and_keeps_what_was_chosen():
    app = opened()
    app.slider(key="temperature").set_value(9.0).run()
    app.selectbox(key="model").set_value("distilbert").run()
    assert not app.exception, app.exception
    assert held(app) == make_config({"model": "distilbert", "temperature": 9.0})
    assert app.select_slider(key="student_size").label == f"Student size ({MODELS['distilbert'].student.unit})"


def test_what_a_link_asks_for_in_vain_is_noted_as_text():
    app = opened(temperature="99", model="resnet18")
    (note,) = app.warning
    assert "Temperature T 99 does not fit here: 4 is used." in note.value
    assert held(app) == make_config({})


def test_a_slider_that_something_else_decides_cannot_be_moved_and_says_why():
    app = opened(pruning=SETTINGS["pruning"].title_of("2:4"))
    assert app.slider(key="target_sparsity").disabled
    assert SETTINGS["target_sparsity"].why_fixed(held(app)) in [caption.value for caption in app.caption]
    assert not app.slider(key="temperature").disabled
