"""A file is checked, named and kept."""

from __future__ import annotations

import pytest

from simulator.data import own_data
from simulator.runs.database.store import open_store
from tests.simulator.brought import csv_bytes, texts, zip_bytes
from tests.ui.reading import tables_on
from tests.ui.screens.own_data.brought import bring, shown


def test_a_file_is_checked_named_kept_and_used_in_the_lab(open_screen):
    app = bring(open_screen("own_data"), csv_bytes([*texts(), ("", "cats")]))
    counts = tables_on(app)[1]
    assert {name: counts.row(name) for name in counts["Class"]} == {
        "cats": ["42", "10", "18"],
        "dogs": ["42", "10", "18"],
        "All": ["84", "20", "36"],
    }
    assert "Skipped: 1" in shown(app)
    assert own_data.listed() == []
    app.text_input(key="own_title").set_value("Pets")
    next(b for b in app.button if b.label == "Save").click().run()
    assert not app.exception
    [kept] = own_data.listed()
    assert app.query_params["data"] == kept.name
    lab = open_screen("lab", model="distilbert", dataset=kept.name)
    assert lab.selectbox(key="dataset").value == kept.name
    assert lab.slider(key="train_examples").max == 84
    lab.button(key="run_button").click().run()
    assert open_store().list_runs()[0].config.dataset == kept.name
    by_title = open_screen("lab", model="T5-small", dataset="Pets")
    assert by_title.selectbox(key="dataset").value == kept.name


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"text,label\n", zip_bytes([("../x.png", b"x")])])
def test_what_cannot_be_used_is_an_error_on_a_page_that_goes_on(open_screen, content):
    app = bring(open_screen("own_data"), content)
    assert len(app.error) == 1
    bring(app, csv_bytes(texts()))
    assert not app.error


def test_a_name_that_cannot_be_used_is_said(open_screen):
    app = bring(open_screen("own_data"), csv_bytes(texts()))
    next(b for b in app.button if b.label == "Save").click().run()
    assert "needs a name" in app.error[0].value
    app.text_input(key="own_title").set_value("a*b")
    next(b for b in app.button if b.label == "Save").click().run()
    assert "cannot be used" in app.error[0].value


def test_a_draft_that_somebody_has_kept_meanwhile_is_said_to_be_gone(open_screen):
    app = bring(open_screen("own_data"), csv_bytes(texts()))
    [draft] = own_data.data_dir("own-drafts").iterdir()
    own_data.keep(draft.name, "Quick")
    app.run()
    assert not app.exception, app.exception
    assert "no longer here" in app.error[0].value
