"""What a student takes home of a run: notebook and weights."""

from __future__ import annotations

import io
import zipfile

from simulator.runs import service
from tests.ui.invented import whole_run
from ui.screens.results import take_home


def test_a_notebook_is_offered_where_the_weights_are(open_screen, stored):
    stored("r1", "finished", list(whole_run()))
    labels = [b.label for b in open_screen("results", run="r1").get("download_button")]
    assert labels == ["Report (HTML)", "Table (CSV)", "Everything (JSON)"]
    service.export_dir("r1").mkdir(parents=True)
    (service.export_dir("r1") / "model.safetensors").write_bytes(b"")
    labels = [b.label for b in open_screen("results", run="r1").get("download_button")]
    assert labels[3:] == ["Student's weights (ZIP)", "Notebook (ZIP)"]


def test_the_weights_are_packed_with_what_belongs_to_them():
    folder = service.export_dir("r1")
    folder.mkdir(parents=True)
    for name in ("model.safetensors", "config.json", "README.md", "load.py"):
        (folder / name).write_text(name)
    with zipfile.ZipFile(io.BytesIO(take_home.weights_zip("r1"))) as archive:
        assert sorted(archive.namelist()) == [
            "student-r1/README.md", "student-r1/config.json", "student-r1/load.py", "student-r1/model.safetensors",
        ]  # fmt: skip
        assert archive.read("student-r1/load.py") == b"load.py"
