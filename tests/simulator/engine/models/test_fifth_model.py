"""A fifth model, registered as somebody else would register one, goes through everything that the four go through."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from simulator.catalog.models import MODELS
from simulator.config.run import make_config
from simulator.engine import datasets, pipeline
from simulator.engine.datasets import batches
from simulator.engine.models import MODULES, places
from simulator.engine.models.base import Model
from simulator.engine.models.images import image_model
from simulator.events import Measured, Measurement
from simulator.runs import archive, service
from simulator.runs.database.store import Store
from simulator.teaching.notebook import not_offered
from tests import exported
from tests.tiny_cnn import structure
from tests.waiting import wait_until

SETTINGS = {"model": "tiny_cnn", "train_examples": 128, "weights": "scratch", "recovery_epochs": 1}


def carried_out(folder: Path, **settings: object) -> dict[str, Measurement]:
    events = pipeline.run(make_config(SETTINGS | settings), variants_to=folder)
    return {e.measurement.name: e.measurement for e in events if isinstance(e, Measured)}


def share_right(folder: Path) -> float:
    """Of the test pictures, by the model that ``load.py`` gives."""
    model, test = exported.load(folder), datasets.load("digits").test
    encode = MODULES["tiny_cnn"].make_encoder((), (), None, folder, 32)
    with torch.no_grad():
        answers = model(encode(test.inputs)["pixels"]).argmax(1).numpy()
    return float(np.mean(answers == test.labels))


@pytest.mark.usefixtures("tiny_cnn")
@pytest.mark.parametrize(("pruning", "method"), [("unstructured", "kd"), ("2:4", "attention"), ("structured", "hint")])
def test_it_is_distilled_pruned_measured_and_exported(pruning: str, method: str, tmp_path: Path) -> None:
    variants = carried_out(tmp_path, pruning=pruning, method=method)
    assert list(variants) == ["teacher", "control", "distilled", "pruned", "recovered"]
    assert variants["teacher"].parameters == MODELS["tiny_cnn"].published.parameters
    before, after = variants["distilled"], variants["recovered"]
    if pruning == "structured":
        assert after.parameters < 0.5 * before.parameters
        assert after.macs < 0.5 * before.macs
    else:
        assert after.parameters == before.parameters
        assert after.prunable_sparsity == pytest.approx(0.5, abs=0.05)
    for name, variant in variants.items():
        assert share_right(tmp_path / name) == pytest.approx(variant.accuracy, abs=1 / variant.test_examples)
    loading = (tmp_path / "recovered" / "load.py").read_text()
    assert inspect.getsource(structure.TinyCnn) in loading
    assert "import simulator" not in loading and "from simulator" not in loading


@pytest.mark.usefixtures("tiny_cnn")
def test_a_worker_process_knows_it_and_its_forecast_comes_from_its_entry(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KDPS_WARM", "0")
    config = make_config(SETTINGS | {"pruning": "structured"})
    expected = service.forecast(config)
    assert expected.basis == "estimate"
    assert 0 < expected.seconds < 300
    assert 500 < expected.peak_memory_mb < 2_000
    service.start()
    try:
        run_id = service.submit(config)
        wait_until(lambda: archive.run(run_id).state not in ("queued", "running"), seconds=180)
    finally:
        service.stop()
    assert archive.run(run_id).state == "finished", archive.run(run_id).message
    assert len(archive.measurements(run_id)) == 5
    assert not_offered(archive.run(run_id)) == ""
    assert exported.load(archive.export_dir(run_id))


def test_a_model_that_offers_too_little_is_refused_by_name() -> None:
    offered = {"build_teacher": None, "build_student": None, "architecture": None, "build": None}
    with pytest.raises(TypeError, match="missing 2 required keyword-only arguments: 'classifier' and 'feature_places'"):
        image_model(**offered)


ANNOTATED = get_type_hints(Model, localns={"nn": nn, "Tensor": Tensor, **vars(batches), **vars(places)})


@pytest.mark.usefixtures("tiny_cnn")
@pytest.mark.parametrize("model", [*MODELS, "tiny_cnn"])
@pytest.mark.parametrize("name", [name for name, annotation in ANNOTATED.items() if get_origin(annotation) is Callable])
def test_every_model_offers_functions_of_as_many_arguments_as_the_record_says(model: str, name: str) -> None:
    arguments, _ = get_args(ANNOTATED[name])
    assert len(inspect.signature(getattr(MODULES[model], name)).parameters) == len(arguments)
