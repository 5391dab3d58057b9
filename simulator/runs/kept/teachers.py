"""The kept teachers: what decides one, its fingerprint, and where it is kept. Imports no torch.

A teacher depends on the student's settings only if the student gets more than 4,000 examples. Its seed is fixed, so
that students of every seed learn from the same teacher and a class trains it once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulator.catalog.model_info import Recipe
from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig
from simulator.host.machine import processor, threads
from simulator.host.paths import cache_dir
from simulator.runs.kept import folders
from simulator.runs.kept.code import OF_TEACHER, code, versions

TEACHER_SEED = 0
MOST_EXAMPLES = 4_000
"""A teacher is trained on at most this many examples, or on as many as its student if that is more."""

PACKAGES = ("torch", "transformers", "torchvision", "tokenizers", "sentencepiece")
"""A teacher is trained again when one of these changes."""


def recipe(model: str, source: str) -> Recipe:
    """How a teacher with weights from ``source`` ("pretrained" or "scratch") is trained."""
    return MODELS[model].teacher_pretrained if source == "pretrained" else MODELS[model].teacher_scratch


def train_examples(config: RunConfig) -> int:
    """How many examples a teacher is trained on, if the data set has that many."""
    return max(config.train_examples, MOST_EXAMPLES)


def description(config: RunConfig, source: str) -> dict[str, Any]:
    """What decides a teacher, as far as it is known before data, weights and torch are loaded.

    The processor and the number of threads decide the order of summation, and so, after some hundred steps, which
    examples a teacher gets wrong.
    """
    return {
        "model": config.model,
        "dataset": config.dataset,
        "source": source,
        "image_size": config.image_size if MODELS[config.model].kind == "image" else None,
        "train_examples": train_examples(config),
        "recipe": vars(recipe(config.model, source)),
        "seed": TEACHER_SEED,
        **({"few_steps": list(MODELS[config.model].few_steps)} if any(MODELS[config.model].few_steps) else {}),
        **({"positions": "one"} if MODELS[config.model].kind == "text" else {}),  # other dropout than all positions
        "versions": versions(PACKAGES),
        "code": code(OF_TEACHER),
        "processor": processor(),
        "threads": threads(),
    }


def folder(made_from: Mapping[str, Any]) -> Path:
    """The folder of the teacher made from this, whether it is there or not; its name is its fingerprint."""
    return cache_dir("teachers") / f"{made_from['model']}-{made_from['dataset']}-{folders.fingerprint(made_from)}"


def is_cached(config: RunConfig) -> bool:
    """Whether a run with these settings will probably find its teacher trained already."""
    return bool(cached(config))


def cached(config: RunConfig) -> str:
    """The fingerprint of the teacher that a run with these settings will probably find; "" if there is none.

    The content of data and weights and the device are not compared: they are known only once a run has loaded them.
    """
    sources = ("pretrained", "scratch") if config.weights == "auto" else (config.weights,)
    wanted = [json.loads(json.dumps(description(config, source))) for source in sources]
    for place in cache_dir("teachers").glob(f"{config.model}-{config.dataset}-*"):
        found = folders.made_from(place)
        if found and any(known.items() <= found.items() for known in wanted):
            return place.name
    return ""
