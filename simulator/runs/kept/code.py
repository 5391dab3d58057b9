"""Fingerprints of our code, which ignore comments and docstrings, and the versions of libraries."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import threading
import tokenize
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from simulator.catalog.models import MORE_MODELS
from simulator.host.paths import PACKAGE

OF_TEACHER = (
    "engine/datasets",
    "engine/distillation",
    "engine/host",
    "engine/models",
    "engine/setup.py",
    "catalog/models.py",
    "catalog/model_info.py",
)
OF_STUDENT = (
    *OF_TEACHER,
    "catalog/methods.py",
    "catalog/pruning.py",
    "config/layer_shares.py",
    "config/run.py",
    "engine/pruning",
    "engine/stages",
    "engine/measure/size.py",
    "events",
    "runs/kept/stages.py",
)
OF_MEASUREMENT = (
    *OF_STUDENT,
    "engine/measure",
    "engine/deploy",
    "figures/statistics.py",
    "runs/kept/measurements.py",
    "runs/kept/sweeps.py",
    "teaching/lesson.py",
)
"""Files and folders below simulator/ that decide what comes out of a stage, or what is measured."""

WITHOUT_MEANING = (tokenize.ENCODING, tokenize.COMMENT, tokenize.NL)
LINE_BEGINS = (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)


_one_at_a_time = threading.Lock()  # many sessions may ask for the same at once


def code(parts: tuple[str, ...]) -> str:
    """The fingerprint of these parts of our code, and of models that were added from elsewhere.

    Args:
        parts: Files and folders below simulator/.
    """
    with _one_at_a_time:
        return _fingerprint(parts, os.environ.get(MORE_MODELS, ""))


@lru_cache
def _fingerprint(parts: tuple[str, ...], added: str) -> str:
    whole = hashlib.sha256()
    for file in (*_files(PACKAGE / part for part in parts), *_added_models(added)):
        whole.update(f"{file.name} {_meaning(file)}\n".encode())
    return whole.hexdigest()[:12]


def _files(places: Iterator[Path]) -> Iterator[Path]:
    for place in places:
        yield from [place] if place.is_file() else sorted(place.rglob("*.py"))


def _added_models(added: str) -> Iterator[Path]:
    """All Python files in the folders of the modules that the environment variable names."""
    for module in filter(None, added.split(",")):
        found = find_spec(module.strip())
        if found and found.origin:
            yield from sorted(Path(found.origin).parent.glob("*.py"))


def _meaning(file: Path) -> str:
    """A file's tokens without comments, docstrings and blank lines.

    Not a syntax tree: Python 3.11 cannot build those on several threads at once, as sessions would.
    """
    with file.open("rb") as content:
        tokens = [token for token in tokenize.tokenize(content.readline) if token.type not in WITHOUT_MEANING]
    kinds = [tokenize.NEWLINE, *(token.type for token in tokens), tokenize.NEWLINE]
    around = zip(tokens, kinds, kinds[2:], strict=False)
    docstrings = [
        token.type == tokenize.STRING and before in LINE_BEGINS and after == tokenize.NEWLINE
        for token, before, after in around
    ]
    return " ".join(repr(token.string) for token, left_out in zip(tokens, docstrings, strict=True) if not left_out)


@lru_cache  # a forecast asks for them at every move of a slider
def versions(packages: tuple[str, ...]) -> dict[str, str]:
    """The installed versions of these packages."""
    return {name: importlib.metadata.version(name) for name in packages}
