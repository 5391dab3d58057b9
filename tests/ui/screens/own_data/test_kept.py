"""Data that is kept: picked, linked to, deleted."""

from __future__ import annotations

from simulator.data import own_data, uploads
from tests.simulator.brought import csv_bytes, pictures, texts, zip_bytes
from tests.ui.screens.own_data.brought import shown


def test_pictures_are_shown_and_deleting_asks_first(open_screen):
    kept = own_data.keep(uploads.check("p.zip", zip_bytes(pictures())).name, "Faces")
    app = open_screen("own_data", data=kept.name)
    assert len(app.image) == 6
    app.button(key="delete_data").click().run()
    assert "cannot be undone" in shown(app)
    assert own_data.listed() == [kept]  # AppTest closes a dialog with the next run, so the service's tests cover Delete


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
