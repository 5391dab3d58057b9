"""The Lab's presets: what a click sets, what the address holds, and where a session starts."""

from __future__ import annotations

import pytest

from simulator.catalog.presets import FIRST, PRESETS
from simulator.config.run import RunConfig, make_config
from simulator.runs.database.store import open_store
from tests.ui.invented import whole_run
from tests.ui.reading import widget, words
from ui.screens.lab.preset_row import PRESET
from ui.shell.frame import ARRIVED


def config_of(name: str) -> RunConfig:
    return make_config(dict(PRESETS[name].settings))


def submitted(app) -> RunConfig:
    """What Run starts now."""
    app.button(key="run_button").click().run()
    assert not app.exception, app.exception
    config = open_store().list_runs()[0].config
    assert isinstance(config, RunConfig)
    return config


def chip(app) -> str | None:
    chosen = [b.key.removeprefix("preset_") for b in app.button if b.proto.type == "primary" and "preset_" in b.key]
    return next(iter(chosen), None)


def reloaded(open_screen, app, **written_by_the_browser):
    """The same address in a new session."""
    return open_screen("lab", **{**app.query_params, **written_by_the_browser})


def test_the_lab_starts_with_the_first_preset_and_its_question(open_screen):
    app = open_screen("lab")
    assert chip(app) == FIRST["image"]
    assert set(app.query_params) == set(PRESETS[FIRST["image"]].settings)
    assert PRESETS[FIRST["image"]].question in words(app)
    assert submitted(app) == config_of(FIRST["image"])


@pytest.mark.parametrize("name", PRESETS)
def test_a_click_sets_every_control(open_screen, name):
    app = open_screen("lab", seed="7", temperature="9", method="Relations (DIST)")
    assert chip(app) is None and PRESET not in app.query_params
    if PRESETS[name].kind == "text":
        app.button(key="kind_text").click().run()
        assert chip(app) == FIRST["text"]
    app.button(key=f"preset_{name}").click().run()
    assert chip(app) == name
    assert app.query_params.get(PRESET) == ("usual" if name == "usual" else None)
    assert PRESETS[name].look_at in words(app)
    assert submitted(app) == config_of(name)


@pytest.mark.parametrize("name", ["cut_channels", "text_too_hot", "usual"])
def test_a_link_with_nothing_but_a_preset_opens_it_and_writes_its_settings_into_the_address(open_screen, name):
    app = open_screen("lab", preset=name)
    assert chip(app) == name
    assert set(app.query_params) == (set(PRESETS[name].settings) or {PRESET})
    assert submitted(app) == config_of(name)


def test_a_setting_that_is_moved_leaves_the_preset_and_the_address_says_all(open_screen):
    app = open_screen("lab")
    widget(app, "temperature").set_value(9.0).run()
    wanted = make_config({**PRESETS[FIRST["image"]].settings, "temperature": 9.0})
    assert chip(app) is None
    assert PRESETS[FIRST["image"]].question not in words(app)
    assert submitted(reloaded(open_screen, app, temperature="9")) == wanted
    widget(app, "temperature").set_value(4.0).run()
    assert chip(app) == FIRST["image"]


def test_the_address_follows_a_setting_whose_range_depends_on_the_data(open_screen):
    app = open_screen("lab", train_examples="200", epochs="3")
    app.button(key="kind_text").click().run()
    assert submitted(reloaded(open_screen, app)) == config_of("text_few_labels")
    widget(app, "temperature").set_value(9.0).run()
    assert set(app.query_params) - {"run", "temperature"} == set(PRESETS["text_few_labels"].settings)
    wanted = make_config({**PRESETS["text_few_labels"].settings, "temperature": 9.0})
    assert submitted(app) == wanted
    assert submitted(reloaded(open_screen, app, temperature="9")) == wanted


@pytest.mark.parametrize("name", ["cut_90", "usual"])
def test_what_a_link_names_beside_a_preset_is_set_on_top_of_it(open_screen, name):
    app = open_screen("lab", preset=name, temperature="8")
    assert submitted(app) == make_config({**PRESETS[name].settings, "temperature": 8.0})


def test_without_any_setting_moved_the_address_says_so(open_screen):
    app = open_screen("lab", epochs="3")
    widget(app, "epochs").set_value(5).run()
    assert chip(app) == app.query_params[PRESET] == "usual"
    app = open_screen("lab", preset="usual")  # a browser takes the default out of the address
    assert chip(app) == "usual" and submitted(app) == config_of("usual")


def test_a_link_with_settings_or_a_run_does_not_start_with_a_preset(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    assert submitted(open_screen("lab", epochs="3")) == make_config({"epochs": 3})
    assert chip(open_screen("lab", run="r1")) == "usual"


def test_a_preset_that_does_not_exist_is_named_and_nothing_is_set(open_screen):
    app = open_screen("lab", preset="nonsense")
    assert "preset=nonsense" in app.warning[0].value
    assert chip(app) == "usual"


def test_settings_outlive_a_visit_to_another_page_unless_a_link_names_a_preset(open_screen):
    def come_back(**link: str) -> None:
        app.switch_page("pages/own_data.py").run()
        app.query_params.clear()
        app.session_state[ARRIVED] = True  # AppTest runs later pages without the frame that marks this
        app.query_params.update(link)
        app.switch_page("pages/lab.py").run()
        assert not app.exception, app.exception

    app = open_screen("lab", preset="cut_90")
    widget(app, "temperature").set_value(9.0).run()
    come_back()
    assert chip(app) is None
    assert submitted(app) == make_config({**PRESETS["cut_90"].settings, "temperature": 9.0})
    come_back(preset="too_hot")
    assert submitted(app) == config_of("too_hot")
