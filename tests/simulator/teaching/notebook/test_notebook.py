"""The notebook is carried out in a kernel that cannot import the simulator, and finds the run's own numbers."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient
from torch import nn
from transformers import DistilBertConfig, DistilBertForSequenceClassification, T5Config, T5ForConditionalGeneration

from simulator.config.run import make_config
from simulator.data import own_data, uploads
from simulator.engine import datasets, worker
from simulator.engine.deploy.export import export
from simulator.engine.deploy.stage import time_variants
from simulator.engine.distillation.training import predict
from simulator.engine.measure.size import tensors_of
from simulator.engine.measure.sparse import write_sparse
from simulator.engine.measure.variant import examine
from simulator.engine.models import portable
from simulator.engine.setup import prepare, provenance
from simulator.errors import NotAllowed
from simulator.events import Described, Measured, RunFinished
from simulator.runs import archive, notes, service
from simulator.runs.database.store import Store
from simulator.runs.kept import teachers
from simulator.teaching import notebook
from simulator.teaching.notebook.cells import cells_of, parts
from tests.simulator.brought import csv_bytes, pictures, texts, zip_bytes

pytestmark = pytest.mark.usefixtures("few_timed_calls")

SMALL = {"student_size": 0.25, "train_examples": 128, "epochs": 1, "recovery_epochs": 1, "weights": "scratch"}


@pytest.fixture
def short_teachers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teachers are trained for one epoch, in the run and therefore in its notebook."""
    whole = teachers.recipe
    monkeypatch.setattr(teachers, "recipe", lambda model, source: replace(whole(model, source), epochs=1))


def executed(run_id: str, folder: Path, monkeypatch: pytest.MonkeyPatch, ask: str) -> dict[str, Any]:
    """Unpack the bundle, carry out every cell and then ``ask`` for values; gives them."""
    zipfile.ZipFile(io.BytesIO(notebook.bundle(run_id))).extractall(folder)
    file = folder / f"run-{run_id}" / f"run-{run_id}.ipynb"
    book = nbformat.read(file, as_version=4)
    nbformat.validate(book)
    first = nbformat.v4.new_code_cell("import sys; sys.modules['simulator'] = None  # importing it would fail")
    last = nbformat.v4.new_code_cell(f"import json; print('ASKED' + json.dumps({ask}))")
    book.cells = [first, *book.cells, last]
    monkeypatch.delenv("PYTHONPATH", raising=False)
    NotebookClient(book, timeout=600, resources={"metadata": {"path": str(file.parent)}}).execute()
    printed = "".join(output.get("text", "") for output in book.cells[-1].outputs)
    answers: dict[str, Any] = json.loads(printed.split("ASKED")[1])
    return answers


SIZES = "'right': right, 'of': of, 'total': total, 'nonzero': nonzero, 'bytes': len(dense), 'macs': macs"


@pytest.mark.parametrize("method", ["kd", "dkd"])
def test_a_real_run_is_measured_and_trained_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short_teachers: None, method: str
) -> None:
    run_id = service.submit(make_config(SMALL | {"method": method, "beta": 2.0}), origin="cli")
    store.start(run_id, "1@0.0")
    list(worker.carry_out(run_id, store))
    assert archive.run(run_id).state == "finished"
    measured = {m.name: m for m in archive.measurements(run_id)}
    final = measured["recovered"]

    asked = executed(run_id, tmp_path, monkeypatch, f"{{{SIZES}, 'again': again, 'apart': apart}}")
    assert asked["right"] / asked["of"] == final.accuracy
    assert (asked["total"], asked["nonzero"]) == (final.parameters, final.nonzero_parameters)
    assert (asked["bytes"], asked["macs"]) == (final.size_bytes, final.macs)
    # the same seeds, batches and steps: the same models, up to the order in which sums are added
    assert asked["again"] == pytest.approx({name: m.accuracy for name, m in measured.items()}, abs=0.005)
    assert asked["apart"] < 1e-3


def tiny(model: str, classes: int) -> nn.Module:
    """A real transformer with the real vocabulary, narrow enough for every test run."""
    torch.manual_seed(0)
    if model == "distilbert":
        narrow = {"dim": 24, "hidden_dim": 40, "n_layers": 2, "n_heads": 4, "num_labels": classes}
        return DistilBertForSequenceClassification(DistilBertConfig(**narrow))
    width = {"d_model": 24, "d_kv": 6, "d_ff": 40, "num_layers": 2, "num_heads": 4, "decoder_start_token_id": 0}
    return T5ForConditionalGeneration(T5Config(vocab_size=32_128, **width))


def untrained(store: Store, run_id: str, **settings: Any) -> str:
    """A run whose student was exported and measured, but never trained: all that the notebook reads is real."""
    config = make_config({"weights": "scratch", "student_size": 1, "train_examples": 64, **settings})
    setup = prepare(config)
    student = tiny(config.model, len(setup.dataset.class_names))
    folder = archive.export_dir(run_id)
    export(setup, "recovered", student, folder)
    answers = predict(student, setup.module.logits, setup.test, bfloat16=False)
    sparse = write_sparse(tensors_of(student), folder / portable.SPARSE_FILE)
    latency = {f"batch_{size}": time_variants(setup, {"recovered": student}, size)["recovered"] for size in (1, 32)}
    examined = examine(setup, "recovered", student, answers, folder / portable.WEIGHTS_FILE, sparse)
    measured = examined.measurement.model_copy(update={"latency_ms": latency})
    labels = tuple(setup.test.labels.tolist())
    store.add(run_id, config, None)
    store.start(run_id, "1@0.0")
    described = Described(provenance=provenance(setup), class_names=setup.dataset.class_names, labels=labels)
    store.append(run_id, [described, Measured(measurement=measured), RunFinished(seconds=1, peak_memory_mb=1)])
    store.finish(run_id, "finished")
    return run_id


@pytest.mark.parametrize(("model", "data"), [("distilbert", "own"), ("t5_small", "reviews_topic")])
def test_a_text_model_is_measured_again_and_learns_for_a_few_steps(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, data: str
) -> None:
    if data == "own":
        data = own_data.keep(uploads.check("t.csv", csv_bytes(texts(100, ["cats", "dogs", "owls"]))).name, "Pets").name
    run_id = untrained(store, "text", model=model, dataset=data)
    final = archive.measurements(run_id)[-1]
    ask = "'same': answers.tolist(), 'data': data.fingerprint, 'history': history"
    asked = executed(run_id, tmp_path, monkeypatch, f"{{{SIZES}, {ask}}}")
    assert asked["right"] / asked["of"] == final.accuracy
    assert tuple(asked["same"]) == final.answers
    assert (asked["total"], asked["bytes"], asked["macs"]) == (final.parameters, final.size_bytes, final.macs)
    assert asked["data"] == notebook.facts_of(archive.run(run_id))["provenance"]["data"]
    assert len(asked["history"]) == 2  # 64 examples
    assert all(soft is not None for _, soft, _ in asked["history"])


def test_own_pictures_are_read_as_the_run_read_them(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = own_data.keep(uploads.check("p.zip", zip_bytes(pictures())).name, "My pictures")
    assert loaded_in_cells(kept.name, monkeypatch) == datasets.load(kept.name).fingerprint


@pytest.mark.slow
def test_docstrings_are_harvested_as_the_run_harvested_them(
    with_docstrings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KDPS_DATA_DIR", str(with_docstrings))
    assert loaded_in_cells("docstrings", monkeypatch) == datasets.load("docstrings").fingerprint


def loaded_in_cells(dataset: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Carry out the cells that load the data, in the data's folder; gives the fingerprint of what they loaded."""
    model = "distilbert" if own_data.dataset_info(dataset).kind == "text" else "resnet18"
    chosen = parts(make_config({"model": model, "dataset": dataset}), "scratch")
    facts = {"class_names": own_data.dataset_info(dataset).class_names}
    known: dict[str, Any] = {"np": np, "json": json, "Path": Path, "RUN": facts, "SETTINGS": {"dataset": dataset}}
    if dataset.startswith("own-"):
        monkeypatch.chdir(own_data.folder_of(dataset))
    for part in chosen[chosen.index("split") : chosen.index("same_data")]:
        for cell in cells_of(part, make_config({"model": model, "dataset": dataset})):
            if cell["cell_type"] == "code":
                exec(compile("from __future__ import annotations\n" + cell["source"], part, "exec"), known)
    found: str = known["data"].fingerprint
    return found


# -- what it is made of


@pytest.fixture
def made(store: Store) -> str:
    """A finished run with a file in the place of its weights."""
    store.add("r1", make_config(SMALL), None)
    store.finish("r1", "finished")
    archive.export_dir("r1").mkdir(parents=True)
    (archive.export_dir("r1") / "model.safetensors").write_bytes(b"")
    return "r1"


def test_notes_stand_in_a_cell_that_nothing_renders(store: Store) -> None:
    store.add("r1", make_config({}), None)
    notes.write_note("r1", "<script>alert(1)</script>")
    book = notebook.notebook(archive.run("r1"), "scratch", notes.note("r1"))
    assert [c["source"] for c in book["cells"] if c["cell_type"] == "raw"] == ["<script>alert(1)</script>"]
    assert not any("<script>" in c["source"] for c in book["cells"] if c["cell_type"] != "raw")


def test_it_says_why_there_is_none(store: Store, made: str) -> None:
    assert notebook.not_offered(archive.run(made)) == ""
    store.add("r2", make_config({}), None)
    assert "not on this machine" in notebook.not_offered(archive.run("r2"))
    store.add("r3", make_config({"dataset": "cifar10"}), None)
    assert "fetched from the internet" in notebook.not_offered(archive.run("r3"))
    with pytest.raises(NotAllowed, match="not on this machine"):
        notebook.bundle("r2")


def test_no_torch_is_needed_to_make_one() -> None:
    code = "import sys, simulator.teaching.notebook; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
