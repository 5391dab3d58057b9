from __future__ import annotations

import pytest

from simulator.data import own_data, uploads
from simulator.runs.database.store import open_store
from tests.simulator.brought import csv_bytes, pictures, texts, zip_bytes
from tests.ui.reading import tables_on
from ui.screens.own_data.spreadsheets import as_csv, example_csv, safe_cell


def shown(app):
    return " ".join(str(e.value) for kind in (app.markdown, app.caption, app.info, app.error) for e in kind)


def bring(app, content: bytes, name: str = "t.csv"):
    app.file_uploader[0].set_value((name, content, "application/octet-stream")).run()
    assert not app.exception, app.exception
    return app


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


def test_how_many_near_duplicates_there_are_is_said(open_screen):
    assert "There are no near-duplicates in it." in shown(bring(open_screen("own_data"), csv_bytes(texts())))
    alike = [(f"{text} again", label) for text, label in texts(5)]
    app = bring(open_screen("own_data"), csv_bytes([*texts(), *alike]))
    assert "20 examples have a near-duplicate (at least 60 % of their words are the same)" in shown(app)
    [draft] = [d for d in own_data.data_dir("own-drafts").iterdir() if own_data.record(d.name, d).near_duplicates]
    own_data.keep(draft.name, "Alike")
    kept = own_data.listed()[0]
    own_data.describe(own_data.folder_of(kept.name), kept.model_copy(update={"near_duplicates": None}))
    assert "did not look for near-duplicates" in shown(open_screen("own_data"))


def test_a_name_that_cannot_be_used_is_said(open_screen):
    app = bring(open_screen("own_data"), csv_bytes(texts()))
    next(b for b in app.button if b.label == "Save").click().run()
    assert "needs a name" in app.error[0].value
    app.text_input(key="own_title").set_value("a*b")
    next(b for b in app.button if b.label == "Save").click().run()
    assert "cannot be used" in app.error[0].value


def test_pictures_are_shown_and_deleting_asks_first(open_screen):
    kept = own_data.keep(uploads.check("p.zip", zip_bytes(pictures())).name, "Faces")
    app = open_screen("own_data", data=kept.name)
    assert len(app.image) == 6
    app.button(key="delete_data").click().run()
    assert "cannot be undone" in shown(app)
    assert own_data.listed() == [kept]  # AppTest closes a dialog with the next run, so the service's tests cover Delete


def test_the_lab_says_when_a_link_asks_for_data_that_is_gone(open_screen):
    app = open_screen("lab", model="distilbert", dataset="own-00000000")
    assert "own-00000000" in app.warning[0].value
    assert app.selectbox(key="dataset").value == "reviews_topic"


def test_the_csv_has_no_formulas_and_the_example_can_be_brought():
    rows = [(f"=1+{i}", "cats") for i in range(70)] + texts(70, ["dogs"])
    kept = own_data.keep(uploads.check("t.csv", csv_bytes(rows)).name, "Formulas")
    cells = [cell for line in as_csv(kept).splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert "'=1+3" in cells
    assert [safe_cell(t) for t in ("=a", "+1", "-1", "@x", "plain")] == ["'=a", "'+1", "'-1", "'@x", "plain"]
    assert sum(map(sum, uploads.check("e.csv", example_csv().encode()).counts)) > 200


def test_a_data_set_that_is_picked_stays_picked(open_screen):
    first, second = (
        own_data.keep(uploads.check("t.csv", csv_bytes(texts(classes=classes))).name, name)
        for name, classes in (("One", ("cats", "dogs")), ("Two", ("hens", "cows")))
    )
    app = open_screen("own_data")
    shown = app.selectbox[0].value
    other = next(kept.name for kept in (first, second) if kept.name != shown)
    for pick in (other, shown, other):
        app.selectbox[0].set_value(pick).run()
        assert app.selectbox[0].value == pick
        assert app.query_params["data"] in (pick, [pick])
        app.run()
        assert app.selectbox[0].value == pick
    linked = open_screen("own_data", data=first.name)
    assert linked.selectbox[0].value == first.name


def test_a_draft_that_somebody_has_kept_meanwhile_is_said_to_be_gone(open_screen):
    app = bring(open_screen("own_data"), csv_bytes(texts()))
    [draft] = own_data.data_dir("own-drafts").iterdir()
    own_data.keep(draft.name, "Quick")
    app.run()
    assert not app.exception, app.exception
    assert "no longer here" in app.error[0].value


def test_names_from_a_file_are_no_links(open_screen):
    content = zip_bytes(pictures(classes=["www.evil.example", "1. first"]))
    app = bring(open_screen("own_data"), content, "www.evil.example.zip")
    assert "www." not in shown(app)
    assert any(m.value == r"1\. first" for m in app.markdown)
