"""The parts of a notebook, and that each of their cells is code."""

from __future__ import annotations

import re
from typing import Any

import nbformat
import pytest

from simulator.config.run import make_config
from simulator.runs import archive
from simulator.runs.database.store import Store
from simulator.teaching import notebook
from simulator.teaching.notebook.cells import not_pruned_again, not_trained_again, parts


@pytest.mark.parametrize(
    ("settings", "source", "has", "lacks"),
    [
        ({}, "scratch", {"again_teacher", "again_pruning", "data_digits"}, {"short"}),
        ({}, "pretrained", {"short", "fresh_image"}, {"again_teacher"}),
        ({"method": "hint"}, "scratch", {"short"}, {"again_teacher"}),
        ({"pruning": "structured"}, "scratch", {"again_teacher"}, {"again_pruning"}),
        ({"importance": "taylor"}, "scratch", {"again_teacher"}, {"again_pruning"}),
        ({"model": "distilbert"}, "scratch", {"short", "data_reviews", "encode_distilbert"}, {"again_teacher"}),
        (
            {"model": "t5_small", "dataset": "docstrings"},
            "scratch",
            {"data_docstrings", "encode_t5_small"},
            {"encode_image"},
        ),
    ],
)
def test_the_parts_are_those_that_the_settings_allow(
    settings: dict[str, Any], source: str, has: set[str], lacks: set[str]
) -> None:
    chosen = set(parts(make_config(settings), source))
    assert has <= chosen
    assert not lacks & chosen
    assert bool(not_trained_again(make_config(settings), source)) == ("short" in chosen)
    if "again_teacher" in chosen:
        assert bool(not_pruned_again(make_config(settings))) == ("again_pruning" not in chosen)


@pytest.mark.parametrize("method", ["kd", "dkd", "dist", "reverse_kl", "label_smoothing"])
@pytest.mark.parametrize("model", ["resnet18", "distilbert", "t5_small"])
def test_every_code_cell_is_code_and_imports_nothing_of_the_simulator(store: Store, method: str, model: str) -> None:
    config = make_config({"model": model, "method": method, "dataset": None if model == "resnet18" else "docstrings"})
    store.add("r1", config, None)
    book = notebook.notebook(archive.run("r1"), "scratch", "")
    nbformat.validate(nbformat.from_dict(book))
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            compile(cell["source"], "cell", "exec")
            assert not re.search(r"^\s*(from|import) simulator", cell["source"], re.MULTILINE)
