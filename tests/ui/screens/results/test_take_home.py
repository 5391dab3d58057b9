"""What a student can take home from a run: notebook and weights."""

from __future__ import annotations

import io
import zipfile

import pytest

from simulator.errors import NotAllowed, NotAvailable
from simulator.runs import archive
from simulator.runs.kept import seals
from simulator.teaching import notebook
from tests.ui.invented import whole_run
from tests.ui.reading import words
from ui.screens.results import take_home


def test_a_notebook_is_offered_where_the_weights_are(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    labels = [b.label for b in open_screen("results", run="r1").get("download_button")]
    assert labels == ["Report (HTML)", "Table (CSV)", "Everything (JSON)"]
    archive.export_dir("r1").mkdir(parents=True)
    (archive.export_dir("r1") / "model.safetensors").write_bytes(b"")
    labels = [b.label for b in open_screen("results", run="r1").get("download_button")]
    assert labels[3:] == ["Student's weights (ZIP)", "Notebook (ZIP)"]


def test_damaged_weights_are_not_offered_and_the_page_says_why(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    folder = archive.export_dir("r1")
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    seals.seal(folder)
    assert len(open_screen("results", run="r1").get("download_button")) == 5
    (folder / "model.safetensors").write_bytes(b"weightz")
    page = open_screen("results", run="r1")
    assert [b.label for b in page.get("download_button")] == ["Report (HTML)", "Table (CSV)", "Everything (JSON)"]
    assert "model.safetensors is not what was written" in words(page)
    for pack in (take_home.weights_zip, notebook.bundle):
        with pytest.raises((NotAvailable, NotAllowed), match="is not what was written"):
            pack("r1")


def test_the_weights_are_packed_with_what_belongs_to_them():
    folder = archive.export_dir("r1")
    folder.mkdir(parents=True)
    for name in ("model.safetensors", "config.json", "README.md", "load.py"):
        (folder / name).write_text(name)
    seals.seal(folder)
    with zipfile.ZipFile(io.BytesIO(take_home.weights_zip("r1"))) as zipped:
        assert sorted(zipped.namelist()) == [
            "student-r1/README.md", "student-r1/config.json", "student-r1/load.py", "student-r1/model.safetensors",
        ]  # fmt: skip
        assert zipped.read("student-r1/load.py") == b"load.py"
