"""The Learn screens open on shipped lessons and on those of own runs, and every control answers."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from simulator.config.run import make_config
from simulator.runs import archive
from simulator.teaching import lesson
from tests.ui.invented import whole_run
from tests.ui.reading import words
from ui.screens.learn import opening

SCREENS = ("soft_targets", "loss", "masks", "zeros", "inside", "answers")


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


@pytest.mark.parametrize("screen", SCREENS)
def test_every_shipped_lesson_can_be_shown(open_screen, screen):
    for run in archive.list_runs(["finished"]):
        if lesson.exists(run.id):
            assert not open_screen(f"learn_{screen}", run=run.id).error


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
        text = words(open_screen(f"learn_{screen}", run="r1"))
        assert r"!\[seen\]" in text
        assert "![" not in text and "https://" not in text and "www.evil" not in text


def test_telling_examples_are_what_they_are_called(opened):
    places = opening.most_telling(opened)
    shown = opened.logits["teacher"][list(opened.facts.shown)]
    margins = np.sort(shown, axis=1)[:, -1] - np.sort(shown, axis=1)[:, -2]
    assert margins[places[opening.HESITATES] - 1] == margins.min()
    missed = places["Where it is wrong"] - 1
    assert shown[missed].argmax() != opened.labels[opened.facts.shown[missed]]
