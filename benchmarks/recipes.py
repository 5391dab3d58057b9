"""Train a teacher from random weights, and choose its recipe on the validation split.

Every candidate is trained as the app trains a teacher. Only the chosen one answers the test split, after the
choice. If that is the catalogue's recipe, both accuracies go into simulator/data/baselines.json; run
benchmarks/baselines.py afterwards for the table of docs/recipes.md. A text model takes minutes for each candidate.

    python -m benchmarks.recipes --model NAME [--dataset NAME] [--epochs N ...] [--learning-rate RATE ...]
"""

from __future__ import annotations

import argparse
import shutil
from collections import deque
from dataclasses import replace
from itertools import product

import torch

from benchmarks.baselines import accuracy as measured_now
from benchmarks.baselines import write
from simulator.catalog.model_info import Recipe
from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig, make_config
from simulator.data import baselines
from simulator.engine.datasets.batches import Examples
from simulator.engine.distillation import teacher as teacher_room
from simulator.engine.distillation.training import accuracy
from simulator.engine.host.device import device_name
from simulator.engine.models import portable
from simulator.engine.setup import Setup, prepare


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=MODELS, required=True)
    parser.add_argument("--dataset")
    parser.add_argument("--epochs", type=int, nargs="+")
    parser.add_argument("--learning-rate", type=float, nargs="+")
    options = parser.parse_args()
    config = make_config({"model": options.model, "dataset": options.dataset, "weights": "scratch"})
    today = MODELS[config.model].teacher_scratch
    found: list[tuple[float, Recipe, Setup]] = []
    for epochs, rate in product(options.epochs or [today.epochs], options.learning_rate or [today.learning_rate]):
        recipe = replace(today, epochs=epochs, learning_rate=rate)
        setup = trained(config, recipe)
        found.append((answered(setup, setup.validation), recipe, setup))
        print(
            f"{config.model} on {config.dataset}, {epochs} epochs at {rate:g}: validation {found[-1][0]:.4f}",
            flush=True,
        )
    validation, recipe, setup = max(found, key=lambda each: each[0])
    test = answered(setup, setup.test)
    print(f"chosen: {recipe.epochs} epochs at {recipe.learning_rate:g}: validation {validation:.4f}, test {test:.4f}")
    if recipe == today:
        remember(setup, validation, test)
    for _, _, each in found:
        shutil.rmtree(each.teacher.folder)


def trained(config: RunConfig, recipe: Recipe) -> Setup:
    """Train a teacher with this recipe. It is then in its setup's folder, as the app keeps it."""
    MODELS[config.model] = replace(MODELS[config.model], teacher_scratch=recipe)  # in this process only
    setup = prepare(config)
    deque(teacher_room.provide(setup), maxlen=0)
    return setup


def answered(setup: Setup, examples: Examples) -> float:
    """The teacher's accuracy, in float32 as every variant is measured."""
    model = portable.restore(setup.teacher.folder, setup.module.build)
    return accuracy(model.to(setup.device), setup.module.logits, examples, bfloat16=False)


def remember(setup: Setup, validation: float, test: float) -> None:
    """Store a teacher's accuracies with the baselines of its data."""
    name, model = setup.config.dataset, setup.config.model
    where = f"{device_name(setup.device)}, threads: {torch.get_num_threads()}"
    known = baselines.read()[name]
    others = [row for row in known.teachers if row.method != model and known.data == setup.data.fingerprint]
    rows = [*others, measured_now(model, validation, test, where)]
    order = list(MODELS)
    rows.sort(key=lambda row: order.index(row.method))
    write(name, {"data": setup.data.fingerprint, "teachers": tuple(rows)})


if __name__ == "__main__":
    main()
