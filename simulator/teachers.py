"""The cached teachers: their fingerprints and where they lie. Imports no torch.

A teacher depends on the student's settings only where the student gets more than 4,000 examples. Its
seed is fixed, so that every seed of the student learns from the same teacher and a class trains it once.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from simulator.catalog import MODELS, Recipe
from simulator.config import RunConfig
from simulator.paths import cache_dir

TEACHER_SEED = 0
MOST_EXAMPLES = 4_000
"""A teacher is trained on all of a small data set, on so many of a large one; or on as many as its student."""

DESCRIPTION_FILE = "teacher.json"

PACKAGES = ("torch", "transformers", "torchvision", "tokenizers", "sentencepiece")
"""A teacher is trained again when one of these changes."""


def recipe(model: str, source: str) -> Recipe:
    """How a teacher with weights from ``source`` ("pretrained" or "scratch") is trained."""
    return MODELS[model].teacher_pretrained if source == "pretrained" else MODELS[model].teacher_scratch


def description(config: RunConfig, source: str) -> dict[str, Any]:
    """What decides a teacher, apart from the content of its data and of its published weights."""
    return {
        "model": config.model,
        "dataset": config.dataset,
        "source": source,
        "image_size": config.image_size if MODELS[config.model].kind == "image" else None,
        "train_examples": max(config.train_examples, MOST_EXAMPLES),
        "recipe": vars(recipe(config.model, source)),
        "seed": TEACHER_SEED,
        **({"positions": "one"} if MODELS[config.model].kind == "text" else {}),  # other dropout than all positions
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
    }


def fingerprint(described: dict[str, Any], data: str, weights_sha256: str | None) -> str:
    """A short name that changes whenever anything that decides the teacher does."""
    everything = json.dumps({**described, "data": data, "weights": weights_sha256}, sort_keys=True)
    return f"{described['model']}-{described['dataset']}-{hashlib.sha256(everything.encode()).hexdigest()[:12]}"


def folder(teacher_fingerprint: str) -> Path:
    """Where this teacher is or will be kept."""
    return cache_dir("teachers") / teacher_fingerprint


def is_cached(config: RunConfig) -> bool:
    """Whether a run with these settings will probably find its teacher trained already.

    The data's content is not compared, for that would mean loading it.
    """
    sources = ("pretrained", "scratch") if config.weights == "auto" else (config.weights,)
    wanted = [json.loads(json.dumps(description(config, source))) for source in sources]
    for file in cache_dir("teachers").glob(f"{config.model}-{config.dataset}-*/{DESCRIPTION_FILE}"):
        with suppress(FileNotFoundError):  # deleted meanwhile, with the data that it was trained on
            if json.loads(file.read_text(encoding="utf-8"))["description"] in wanted:
                return True
    return False
