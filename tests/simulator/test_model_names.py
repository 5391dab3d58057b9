"""All code about one model is in its folder and in its entry of the catalogue; nothing else names it."""

import ast
import re
from pathlib import Path

import pytest

from simulator.catalog.models import MODELS

ROOT = Path(__file__).parents[2]
CATALOGUE, FOLDERS = "simulator/catalog/models.py", "simulator/engine/models/"
NAMES = {*MODELS, "t5", "resnet"}
CLASSES = re.compile(r"DistilBert|T5|ResNet|MobileNet|BasicBlock|InvertedResidual", re.IGNORECASE)
CHOICES = {
    ("simulator/catalog/presets.py", "distilbert"),
    ("simulator/teaching/quiz/measuring.py", "distilbert"),
    ("simulator/teaching/quiz/measuring.py", "t5"),
}
"""Presets, each of which chooses a model; and keys of questions, which are in the addresses of quizzes."""

FILES = [
    str(file.relative_to(ROOT))
    for room in ("simulator", "ui", "pages")
    for file in sorted((ROOT / room).rglob("*.py"))
    if str(file.relative_to(ROOT)) != CATALOGUE
    and not any(str(file.relative_to(ROOT)).startswith(f"{FOLDERS}{name}/") for name in MODELS)
]


def naming(source: str) -> list[tuple[int, str]]:
    """Where a file's code names a model: in a string, as an attribute, by its class. Docstrings may."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=str(text)) if text in NAMES:
                found.append((node.lineno, text))
            case ast.Attribute(attr=name) if name in NAMES:
                found.append((node.lineno, name))
            case ast.Call(func=ast.Name(id="isinstance"), args=[_, classes]) if CLASSES.search(ast.unparse(classes)):
                found.append((node.lineno, ast.unparse(classes)))
    return found


@pytest.mark.parametrize("file", FILES)
def test_no_other_file_names_a_model(file: str) -> None:
    named = naming((ROOT / file).read_text(encoding="utf-8"))
    assert [(line, name) for line, name in named if (file, name) not in CHOICES] == []


@pytest.mark.parametrize(
    "source",
    [
        'if config.model == "t5_small":\n    pass',
        'model.config.model_type == "t5"',
        "model.distilbert.transformer",
        "isinstance(model, (nn.Linear, ResNet))",
        "isinstance(model, transformers.T5ForConditionalGeneration)",
    ],
)
def test_what_it_looks_for(source: str) -> None:
    assert naming(source)
    assert not naming("isinstance(layer, nn.Conv2d) and 'T5 answers with a word'")


@pytest.mark.parametrize("file", [f for f in FILES if not f.startswith(FOLDERS)])
def test_the_libraries_of_models_are_used_in_their_folders_only(file: str) -> None:
    """transformers has networks and nothing else; torchvision has data sets, too."""
    source = (ROOT / file).read_text(encoding="utf-8")
    libraries = "transformers|torchvision.models|sentencepiece|tokenizers"
    assert not re.search(rf"^\s*(from|import) ({libraries})\b", source, re.MULTILINE)
