"""What a student takes home is loaded without the simulator, and answers the same."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import torch

from simulator.engine.deploy.export import export, load_file, readme
from simulator.engine.models import MODULES, portable
from tests import exported
from tests.simulator.engine.deploy.conftest import Untrained


def test_an_export_is_loaded_by_its_own_file_and_answers_the_same(untrained: Untrained, tmp_path: Path) -> None:
    pixels = untrained.setup.test.inputs["pixels"][:8]
    for name, model in untrained.variants.items():
        export(untrained.setup, name, model, tmp_path / name)
        with torch.no_grad():
            torch.testing.assert_close(exported.load(tmp_path / name)(pixels), model(pixels))
        files = {file.name for file in (tmp_path / name).iterdir()}
        assert files == {portable.WEIGHTS_FILE, portable.ARCHITECTURE_FILE, "load.py", "README.md"}


def test_the_architecture_is_the_students_own_and_the_teachers_is_whole(untrained: Untrained, tmp_path: Path) -> None:
    widths = {}
    for name in ("teacher", "distilled"):
        export(untrained.setup, name, untrained.variants[name], tmp_path / name)
        widths[name] = json.loads((tmp_path / name / portable.ARCHITECTURE_FILE).read_text())["width"]
    assert widths == {"teacher": 1.0, "distilled": 0.5}


def test_the_file_that_loads_is_how_the_model_is_built_and_imports_nothing_of_ours() -> None:
    for module in MODULES.values():
        text = load_file(module)
        assert inspect.getsource(module.build) in text and inspect.getsource(portable.restore) in text
        assert text.count("from __future__") == 1
        assert "import simulator" not in text and "from simulator" not in text
        compile(text, "load.py", "exec")


def test_the_readme_names_classes_and_libraries_with_their_versions(untrained: Untrained) -> None:
    text = readme(untrained.setup, "pruned")
    assert text.startswith("# Tiny CNN: the pruned model")
    assert ", ".join(untrained.setup.dataset.class_names) in text
    assert f"torch {torch.__version__.split('+')[0]}" in text and "torchvision" in text
