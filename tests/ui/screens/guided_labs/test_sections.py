from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from simulator.teaching.labs import LABS, progress
from tests.ui.screens.guided_labs.guided import (
    TEACHER,
    ZEROS,
    answered,
    begun,
    press,
    shown,
)
from ui.words import glossary


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
        answered(known, ZEROS, number, 0)
    app = open_screen("guided_labs", progress=known)
    assert "10 minutes, done" in shown(app)
    assert "1 of 6 done" in str(app.get("progress")[0].proto)


def test_a_lab_opens_where_it_goes_on(open_screen):
    known = begun(ZEROS, prediction=50.0)
    assert "No time?" in shown(open_screen("guided_labs", lab="4", progress=known))
    progress.take_runs(known, ZEROS, ZEROS.recorded)
    assert "You said **50.0 %**; the measured answer is **0.0 %**" in shown(
        open_screen("guided_labs", lab="4", progress=known)
    )
    answered(known, ZEROS, 0, 1)
    assert "Step 5 of 7" in str(open_screen("guided_labs", lab="4", progress=known).get("progress")[0].proto)
    answered(known, ZEROS, 0, 0)
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


def test_home_says_where_to_begin_and_later_where_to_go_on(open_screen):
    def way_to_the_labs(home):
        (link,) = [link.proto for link in home.main.get("page_link") if link.proto.page == "guided_labs"]
        return link.label, dict(parse_qsl(link.query_string))

    assert way_to_the_labs(open_screen("home")) == ("Start with lab 1: Does a teacher help?", {"lab": "1"})
    app = open_screen("guided_labs", lab="1")
    assert TEACHER.question in shown(app)
    app.query_params.update(step="2")
    app.run()
    press(app, "lab_commit")
    app.switch_page("pages/home.py").run()
    label, parameters = way_to_the_labs(app)
    assert label == "Continue your labs"
    assert "15 minutes, begun" in shown(open_screen("guided_labs", **parameters))
