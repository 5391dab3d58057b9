"""Which library wrote this docstring? Harvested from the packages that are installed here.

The source files are parsed, never imported. Harvested text belongs to its authors and is kept in
the local cache only.
"""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from simulator.catalog.datasets import DATASETS
from simulator.engine.datasets.base import Dataset, split
from simulator.errors import NotAvailable
from simulator.host.paths import cache_dir, write_whole

PER_CLASS = 1_000
DISTRIBUTIONS = {"numpy": "numpy", "scipy": "scipy", "pandas": "pandas", "sklearn": "scikit-learn"}

# Names that would give the answer away.
GIVEAWAYS = re.compile(r"numpy|scipy|pandas|scikit[- ]?learn|sklearn|scikits?|\b(np|sp|pd)\b", re.IGNORECASE)
MARKUP = re.compile(r":\w+:`~?([^`]*)`|[`*]")
MASK = "[library]"


def load() -> Dataset:
    """1,000 first sentences of each library; the first call harvests them, later ones read the cache.

    Raises:
        NotAvailable: if a library's source files are missing.
    """
    versions = {name: importlib.metadata.version(d) for name, d in DISTRIBUTIONS.items()}
    source = " ".join(f"{name} {version}" for name, version in versions.items())
    cached = cache_dir("datasets") / f"docstrings-{source.replace(' ', '-')}.json"
    if not cached.exists():
        write_whole(cached, json.dumps(harvest()).encode())
    sentences: dict[str, list[str]] = json.loads(cached.read_text(encoding="utf-8"))
    classes = DATASETS["docstrings"].class_names
    texts = [s for name in classes for s in sentences[name]]
    labels = [number for number, name in enumerate(classes) for _ in sentences[name]]
    return split("docstrings", texts, labels, source)


def harvest() -> dict[str, list[str]]:
    """Distinct first sentences by library; one that two libraries share belongs to neither."""
    found = {name: dict.fromkeys(sentences_of(name)) for name in DISTRIBUTIONS}
    shuffle = np.random.default_rng(0)
    result = {}
    for name, mine in found.items():
        others = set().union(*(theirs for other, theirs in found.items() if other != name))
        own = [s for s in mine if s not in others]
        if len(own) < PER_CLASS:
            raise NotAvailable(
                f"Only {len(own)} docstrings of {name} were found, but {PER_CLASS} are needed.",
                "Install the package with its source files (pip does).",
            )
        result[name] = [own[i] for i in shuffle.permutation(len(own))[:PER_CLASS]]
    return result


def sentences_of(library: str) -> Iterator[str]:
    """First sentences of every docstring in a library's source files, tests left out."""
    spec = importlib.util.find_spec(library)
    if spec is None or spec.origin is None:
        raise NotAvailable(f"{library} is not installed.", "pip install -r requirements.txt")
    root = Path(spec.origin).parent
    for file in sorted(root.rglob("*.py")):
        if {"tests", "_vendor"} & set(file.relative_to(root).parts):
            continue
        try:
            tree = ast.parse(file.read_bytes())  # bytes: a file may say its own encoding
        except (SyntaxError, ValueError):  # a template, or a file for another Python: it cannot be parsed
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                docstring = ast.get_docstring(node)
                if docstring and (sentence := first_sentence(docstring)):
                    yield sentence


def first_sentence(docstring: str) -> str | None:
    """The first sentence with markup removed and the libraries' names masked; None if it is too short or long."""
    paragraph = " ".join(docstring.strip().split("\n\n")[0].split())
    plain = MARKUP.sub(lambda m: m.group(1) or "", paragraph)
    sentence = GIVEAWAYS.sub(MASK, re.split(r"(?<=[.!?])\s", plain)[0]).strip()
    return sentence if 5 <= len(sentence.split()) <= 40 else None
