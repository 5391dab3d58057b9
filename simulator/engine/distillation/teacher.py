"""The teacher of a run: taken from those that are kept, or trained on the data and then kept.

Only safetensors and JSON are written. Of two runs that train the same teacher at once, the first to finish keeps it,
and the second continues with it. Every mention of this teacher then means the same weights, even on a GPU, where two
trainings end with slightly different ones.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from functools import partial

import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn

from simulator.engine.distillation.plan import TrainingPlan
from simulator.engine.distillation.training import Training, predict, train
from simulator.engine.measure.size import save_model
from simulator.engine.models import portable
from simulator.engine.setup import Setup, is_anew
from simulator.events import Event
from simulator.runs.kept import folders, teachers

LOGITS_FILE = "train_logits.safetensors"


def note(setup: Setup) -> str:
    """A few words on what the teacher's stage is about to do."""
    if setup.takes_teacher:
        return "Loading the teacher that was trained before"
    if setup.teacher.damage:
        return f"The kept teacher is damaged ({setup.teacher.damage}): training it again"
    if setup.weights.source == "scratch":
        return "Training the teacher from random weights, once; later runs reuse it"
    return "Fine-tuning the published teacher on this data, once; later runs reuse it"


def provide(setup: Setup) -> Generator[Event, None, tuple[nn.Module, Tensor]]:
    """The teacher in evaluation mode, and its logits [training examples, classes]."""
    folder = setup.teacher.folder
    if not setup.takes_teacher:
        yield from train_teacher(setup)
    model = portable.restore(folder, setup.module.build).to(setup.device)
    if setup.model.kind == "image":
        model = model.to(memory_format=torch.channels_last)
    logits = load_file(folder / LOGITS_FILE)["logits"].to(setup.device)
    return model.requires_grad_(False), logits


def train_teacher(setup: Setup) -> Generator[Event, None, None]:
    """Train the teacher on the labels and keep it, with its logits and its tokenizer."""
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
        few_steps=setup.model.few_steps,
    )
    yield from train(model, Training(setup.module, setup.train, setup.validation, plan, "teacher", "teacher"))
    # The teacher is frozen and the inputs are not augmented: one pass gives the soft targets of every epoch.
    logits = predict(model, setup.module.logits, setup.train, setup.bfloat16)
    files: dict[str, folders.Content] = {
        portable.WEIGHTS_FILE: partial(save_model, model),
        portable.ARCHITECTURE_FILE: architecture_json(setup, model, None),
        LOGITS_FILE: save({"logits": logits.cpu()}),
    }
    if setup.tokenizer:
        files[setup.module.tokenizer_file] = setup.tokenizer
    folders.keep(setup.teacher.folder, files, setup.teacher.made_from, replace=is_anew(setup.keeping))


def architecture_json(setup: Setup, model: nn.Module, size: float | None) -> bytes:
    """A model's architecture (of a student: of its size) as JSON that people can read too."""
    return json.dumps(setup.module.architecture(model, size), indent=2, allow_nan=False).encode()
