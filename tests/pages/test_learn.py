"""The Learn screens on the shipped lessons: every control answers, and what is said is what the numbers give."""

from __future__ import annotations

from importlib.resources import files

import pytest

from simulator.config.run import make_config
from simulator.runs import archive
from simulator.teaching import lesson
from tests.ui.invented import whole_run
from ui.screens.learn import changed

SCREENS = ("soft_targets", "loss", "masks", "zeros", "inside", "answers")


def words(app):
    kinds = (app.markdown, app.caption, app.info, app.error, app.subheader)
    return " ".join(str(e.value) for kind in kinds for e in kind)


def widget(app, key):
    every = (app.slider, app.get("button_group"), app.selectbox)
    return next(w for kind in every for w in kind if w.key == key)


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_shows_the_recorded_lesson_as_recorded(open_screen, screen):
    app = open_screen(f"learn_{screen}")
    assert not app.error
    assert "recorded on" in words(app)
    assert app.get("plotly_chart") or app.get("bidi_component")


@pytest.mark.parametrize("screen", SCREENS)
def test_every_preset_works(open_screen, screen):
    app = open_screen(f"learn_{screen}")
    tries = [b.key for b in app.button if b.key.startswith("try_")]
    assert len(tries) >= 2
    for key in tries:
        app.button(key=key).click().run()
        assert not app.exception, (key, app.exception)


def test_the_run_that_was_just_looked_at_is_the_one_whose_numbers_are_shown(open_screen):
    app = open_screen("results", run="recorded-t5-small")
    app.switch_page("pages/learn_loss.py").run()
    assert app.query_params["run"] in ("recorded-t5-small", ["recorded-t5-small"])
    assert app.selectbox[0].value == "recorded-t5-small"
    app.query_params.clear()
    app.query_params["run"] = "recorded-distilbert"
    app.switch_page("pages/results.py").run()
    app.query_params.clear()
    app.switch_page("pages/learn_masks.py").run()
    assert app.selectbox[0].value == "recorded-distilbert"


def test_where_no_example_fits_it_says_so_and_what_to_do(open_screen):
    app = open_screen("learn_answers")
    everyone = ["teacher", "control", "distilled", "pruned", "recovered"]
    widget(app, "learn_wrong").set_value(everyone[:1]).run()
    widget(app, "learn_right").set_value(everyone[:1]).run()
    assert "No test example fits. Let go of a choice" in words(app)
    assert not app.exception


def test_where_all_variants_answer_alike_no_choice_is_blamed():
    assert changed.nothing_kept(0, is_chosen=False).startswith("All variants answer all test examples alike.")
    assert "Of none of them" in changed.nothing_kept(3, is_chosen=False)


def test_what_the_count_is_of_is_said_with_and_without_a_choice(open_screen):
    app = open_screen("learn_answers")
    assert "test examples are answered differently by some of the variants" in words(app)
    app.button(key=next(b.key for b in app.button if b.key.startswith("try_"))).click().run()
    assert "test examples fit" in words(app)


def test_the_entropy_is_in_the_unit_of_the_losses(open_screen):
    said = words(open_screen("learn_soft_targets"))
    assert "nats, distilled student" in said
    assert "bits" not in said


@pytest.mark.parametrize("screen", SCREENS)
def test_every_shipped_lesson_can_be_shown(open_screen, screen):
    for run in archive.list_runs(["finished"]):
        if lesson.exists(run.id):
            assert not open_screen(f"learn_{screen}", run=run.id).error


def test_the_temperature_slider_changes_what_is_said(open_screen):
    app = open_screen("learn_soft_targets")
    before = words(app)
    widget(app, "t").set_value(10.0).run()
    assert "at T = 10" in words(app)
    assert words(app) != before


def test_alpha_stands_in_the_formula(open_screen):
    app = open_screen("learn_loss", learn_alpha="0.25")
    assert any("{0.25}" in latex.value for latex in app.get("latex"))
    assert any("def distillation_loss" in code.value for code in app.code)


def test_a_run_without_a_lesson_is_said_to_have_none(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    app = open_screen("learn_masks", run="r1")
    assert "left no lesson" in app.error[0].value
    assert app.selectbox[0].value.startswith("recorded-")


def test_own_texts_and_class_names_are_text_and_no_links(open_screen, stored):
    config = make_config({"model": "distilbert"})
    stored("r1", "finished", list(whole_run()), config)
    folder = archive.export_dir("r1")
    folder.mkdir(parents=True)
    shipped = files("simulator.teaching") / "lessons"
    facts = lesson.LessonFacts.model_validate_json((shipped / "distilbert.json").read_bytes())
    hostile = "![seen](https://evil.example/p.png) www.evil.example"
    changed = {"texts": (hostile,) * len(facts.texts), "class_names": (hostile,) * len(facts.class_names)}
    (folder / lesson.FACTS_FILE).write_text(facts.model_copy(update=changed).model_dump_json())
    (folder / lesson.NUMBERS_FILE).write_bytes((shipped / "distilbert.safetensors").read_bytes())
    for screen in ("soft_targets", "loss", "answers"):
        said = words(open_screen(f"learn_{screen}", run="r1"))
        assert r"!\[seen\]" in said
        assert "![" not in said and "https://" not in said and "www.evil" not in said


def test_channels_removed_have_fewer_parameters_than_zeros(open_screen):
    app = open_screen("learn_inside", learn_network="channels removed")
    assert "not trained further" in words(app)


def test_a_layer_is_chosen_and_described(open_screen):
    app = open_screen("learn_inside")
    layers = lesson.of_run("recorded-resnet18").facts.networks["teacher"]
    assert max(layers, key=lambda layer: layer.macs).name in words(app)
    app.selectbox(key="learn_layer_teacher").select_index(len(layers) - 1).run()
    assert not app.exception
    last = layers[-1]
    assert f"**{last.name}** ({last.kind})" in words(app)
    assert " x ".join(map(str, last.weight_shape)) in words(app)


def test_the_loss_stands_beside_the_code_that_ran(open_screen):
    app = open_screen("learn_loss")
    assert "def soft_loss(" in app.code[0].value
    assert next(e for e in app.expander if e.label == "As it runs").proto.expanded
