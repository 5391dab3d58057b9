"""The pages on adding a method, an importance and an experiment: their code is carried out, and then used."""

import re
import shutil
import sys
import types
from pathlib import Path

import pytest
import torch

from simulator.catalog import methods as method_catalog
from simulator.catalog import pruning as pruning_catalog
from simulator.config.run import make_config
from simulator.engine import experiments as engine_experiments
from simulator.engine import pipeline
from simulator.engine.distillation import methods
from simulator.engine.pruning import importance
from simulator.events import CellFinished, Concluded, LossPoint, Measured
from simulator.experiments import EXPERIMENTS, make_experiment
from ui.figures.experiments import views
from ui.words.methods import loss_words

DOCS = Path(__file__).parents[2] / "docs"
TINY = {"model": "resnet18", "dataset": "digits", "student_size": 0.25, "train_examples": 96, "epochs": 1}
REGISTRIES = (
    method_catalog.METHODS,
    methods.LOGITS_METHODS,
    pruning_catalog.IMPORTANCES,
    importance.IMPORTANCES,
    EXPERIMENTS,
    views.CHARTS,
)


@pytest.fixture(autouse=True)
def registries_as_before():
    before = [dict(registry) for registry in REGISTRIES]
    yield
    for registry, entries in zip(REGISTRIES, before, strict=True):
        registry.clear()
        registry.update(entries)


@pytest.fixture(autouse=True)
def data_with_teacher(data_directory, with_teacher, few_timed_calls):
    shutil.copytree(with_teacher, data_directory)


def blocks(page):
    """The Python code of a page, a namespace after each block was carried out."""
    for number, code in enumerate(re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.S)):
        module = types.ModuleType(f"{page.removesuffix('.md')}_{number}")
        exec(compile(code, page, "exec"), module.__dict__)
        yield module


def test_a_method_that_is_added_as_its_page_says_teaches():
    function, _ = blocks("adding_a_method.md")
    config = make_config({**TINY, "method": "logit_matching", "target_sparsity": 0.5, "recovery_epochs": 0})
    assert config.alpha == 0.7
    assert "soft loss = mean of (student's logits - teacher's)²." in loss_words(config)
    points = [e for e in pipeline.run(config) if isinstance(e, LossPoint) and e.variant == "distilled"]
    assert points[-1].soft < points[0].soft
    assert points[0].total == pytest.approx(0.7 * points[0].soft + 0.3 * points[0].hard, rel=1e-5)
    z, t = torch.randn(2, 8, 10)
    assert function.logit_matching(z, t, torch.arange(8), 4.0).item() == pytest.approx(((z - t) ** 2).mean().item())


def test_an_importance_that_is_added_as_its_page_says_prunes():
    function, _ = blocks("adding_an_importance.md")
    weight = torch.nn.Parameter(torch.tensor([[1.0, -2.0], [0.5, 3.0]]))
    scores = function.lamp(torch.nn.Module(), {"weight": weight}, None)["weight"]
    assert torch.allclose(scores, torch.tensor([[1 / 14, 4 / 13], [0.25 / 14.25, 1.0]]))
    for pruning in ("unstructured", "structured"):
        config = make_config(
            {**TINY, "importance": "lamp", "pruning": pruning, "target_sparsity": 0.5, "recovery_epochs": 0}
        )
        found = {e.measurement.name: e.measurement for e in pipeline.run(config) if isinstance(e, Measured)}
        dense, pruned = found["distilled"], found["pruned"]
        assert pruned.nonzero_parameters < 0.6 * dense.nonzero_parameters


def test_an_experiment_that_is_added_as_its_page_says_concludes(monkeypatch):
    _, engine, _ = blocks("adding_an_experiment.md")
    monkeypatch.setitem(sys.modules, f"{engine_experiments.__name__}.batch_sizes", engine)
    config = make_experiment("batch_sizes", {**TINY}, seeds=2)
    events = list(engine_experiments.run(config))
    assert views.view_of(EXPERIMENTS["batch_sizes"]).x == "batch_size"
    cells = [e for e in events if isinstance(e, CellFinished)]
    assert [(c.at["batch_size"], c.seed) for c in cells] == [(16, 0), (64, 0), (16, 1), (64, 1)]
    assert all(0 <= c.values["accuracy"] <= 1 for c in cells)
    (concluded,) = [e.conclusion for e in events if isinstance(e, Concluded)]
    assert concluded.answer in EXPERIMENTS["batch_sizes"].predictions
    assert concluded.sentences[0].startswith("Batches of 16 against 64: ")


def test_the_pages_are_found_from_the_readme_and_the_architecture():
    for page in DOCS.glob("adding_*.md"):
        assert f"docs/{page.name}" in (DOCS.parent / "README.md").read_text(encoding="utf-8")
        assert page.name in (DOCS / "architecture.md").read_text(encoding="utf-8")
