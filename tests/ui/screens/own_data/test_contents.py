"""What is in a data set, as text."""

from __future__ import annotations

from simulator.data import own_data
from tests.simulator.brought import csv_bytes, pictures, texts, zip_bytes
from tests.ui.screens.own_data.brought import bring, shown


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


def test_names_from_a_file_are_no_links(open_screen):
    content = zip_bytes(pictures(classes=["www.evil.example", "1. first"]))
    app = bring(open_screen("own_data"), content, "www.evil.example.zip")
    assert "www." not in shown(app)
    assert any(m.value == r"1\. first" for m in app.markdown)
