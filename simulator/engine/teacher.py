"""The teacher of a run: taken from the cache, or trained on the data and then cached.

Only safetensors and JSON are written, each file whole or not at all. The description is written
last: a folder without it is a teacher whose training was interrupted, and is trained again. Two runs
that train the same teacher at once write the same files.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn

from simulator import teachers
from simulator.engine import portable
from simulator.engine.distillation.training import TrainingPlan, predict, train
from simulator.engine.measure.size import save_model
from simulator.engine.setup import Setup
from simulator.events import Event
from simulator.paths import write_whole

LOGITS_FILE = "train_logits.safetensors"


def note(setup: Setup) -> str:
    """What the teacher's stage is about to do, in a few words."""
    if is_ready(setup.teacher_folder):
        return "Loading the teacher that was trained before"
    if setup.weights.source == "scratch":
        return "Training the teacher from random weights, once; later runs reuse it"
    return "Fine-tuning the published teacher on this data, once; later runs reuse it"


def is_ready(folder: Path) -> bool:
    """Whether a teacher was trained to its end."""
    return (folder / teachers.DESCRIPTION_FILE).exists()


def provide(setup: Setup) -> Generator[Event, None, tuple[nn.Module, Tensor]]:
    """The teacher in evaluation mode, and its logits [training examples, classes]."""
    folder = setup.teacher_folder
    if not is_ready(folder):
        yield from train_teacher(setup)
    model = portable.load(folder).to(setup.device)
    if setup.model.kind == "image":
        model = model.to(memory_format=torch.channels_last)
    logits = load_file(folder / LOGITS_FILE)["logits"].to(setup.device)
    return model.requires_grad_(False), logits


def train_teacher(setup: Setup) -> Generator[Event, None, None]:
    """Train the teacher on the labels and write it to the cache, with its logits."""
    recipe = teachers.recipe(setup.config.model, setup.weights.source)
    model = setup.module.build_teacher(len(setup.dataset.class_names), setup.weights, teachers.TEACHER_SEED)
    model = model.to(setup.device)
    plan = TrainingPlan(
        epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        batch_size=recipe.batch_size,
        weight_decay=recipe.weight_decay,
        seed=teachers.TEACHER_SEED,
        relative_steps=setup.model.relative_steps,
        bfloat16=setup.bfloat16,
        one_position=True,
    )
    yield from train(
        model, setup.module.logits, setup.train, setup.validation, plan, stage="teacher", variant="teacher"
    )
    # The teacher is frozen and the inputs are not augmented: one pass gives the soft targets of every epoch.
    logits = predict(model, setup.module.logits, setup.train, setup.bfloat16)
    folder = setup.teacher_folder
    save_model(model, folder / portable.WEIGHTS_FILE)
    write_json(folder / portable.ARCHITECTURE_FILE, setup.module.architecture(model, None))
    write_whole(folder / LOGITS_FILE, save({"logits": logits.cpu()}))
    write_json(folder / teachers.DESCRIPTION_FILE, {"description": setup.teacher_description})


def write_json(file: Path, content: object) -> None:
    """Write JSON that people can read too."""
    write_whole(file, json.dumps(content, indent=2, allow_nan=False).encode())
