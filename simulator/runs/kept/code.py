"""What the code does, as a fingerprint: equal for two versions that differ in comments and docstrings only."""

from __future__ import annotations

import ast
import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from simulator.catalog.models import MORE_MODELS
from simulator.host.paths import PACKAGE

OF_TEACHER = ("engine/datasets", "engine/distillation", "engine/host", "engine/models", "engine/setup.py")
OF_STUDENT = (*OF_TEACHER, "catalog/methods.py", "catalog/pruning.py", "engine/pruning", "engine/stages")
OF_MEASUREMENT = (*OF_STUDENT, "engine/measure", "engine/deploy")
"""Files and folders, below simulator/, that decide what a stage makes."""


@lru_cache
def code(parts: tuple[str, ...]) -> str:
    """The fingerprint of all Python files in these files and folders, and of models that were added from elsewhere.

    Args:
        parts: Below simulator/.
    """
    whole = hashlib.sha256()
    for file in (*_files(PACKAGE / part for part in parts), *_added_models()):
        whole.update(f"{file.name} {_meaning(file)}\n".encode())
    return whole.hexdigest()[:12]


def _files(places: Iterator[Path]) -> Iterator[Path]:
    for place in places:
        yield from [place] if place.is_file() else sorted(place.rglob("*.py"))


def _added_models() -> Iterator[Path]:
    """The files beside the modules that the environment names."""
    for module in filter(None, os.environ.get(MORE_MODELS, "").split(",")):
        found = find_spec(module.strip())
        if found and found.origin:
            yield from sorted(Path(found.origin).parent.glob("*.py"))


def _meaning(file: Path) -> str:
    """A file's syntax tree without its docstrings; comments are in no tree."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [statement for statement in body if not _is_text(statement)]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _is_text(statement: object) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
