"""The kept stages of students: what decides each, and where it is. Imports no torch.

A stage's inputs are its teacher's fingerprint (model, data, weights, processor, threads, precision), the settings that
reach it, and what libraries and code do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.catalog.methods import METHODS
from simulator.catalog.pruning import SCHEDULES
from simulator.config.run import RunConfig
from simulator.events import EpochFinished, Kept, LossPoint, Stage, StageFinished
from simulator.events.fields import Record
from simulator.host.paths import cache_dir
from simulator.runs.kept import folders
from simulator.runs.kept.code import OF_STUDENT, code, versions

KEPT: tuple[Stage, ...] = ("control", "distil", "prune", "recover")

OF_CONTROL = ("student_size", "train_examples", "epochs", "learning_rate", "batch_size", "seed")
OF_DISTILLED = (*OF_CONTROL, "method", "alpha", "temperature", "beta")
OF_PRUNED = (
    *OF_DISTILLED, "pruning", "importance", "scope", "layer_sparsity", "target_sparsity", "also_prune", "round_to",
)  # fmt: skip
OF_RECOVERED = (*OF_PRUNED, "epochs_after_pruning", "schedule", "rounds", "recovery_with_teacher")

SETTINGS_OF: dict[Stage, tuple[str, ...]] = {
    "control": OF_CONTROL,
    "distil": OF_DISTILLED,
    "prune": OF_PRUNED,
    "recover": OF_RECOVERED,
}


@dataclass(frozen=True)
class Keeping:
    """Whether and as whose a run's stages are kept.

    Attributes:
        run: The id of the run.
        anew: Whether stages that are kept already are carried out all the same, and replaced.
    """

    run: str
    anew: bool = False


class StageRecord(Record):
    """What is kept of a stage beside the weights that it left.

    Attributes:
        curve: Its loss points and validation accuracies, as of the first seed.
        strides: How tensors lie in memory whose dimensions are not in order: name -> strides.
        is_training: Whether the stage left its model in training mode.
    """

    curve: tuple[LossPoint | EpochFinished, ...]
    finished: StageFinished
    kept: Kept
    strides: dict[str, tuple[int, ...]]
    is_training: bool


PACKAGES = ("numpy", "safetensors", "torch-pruning")
"""Beside those that decide a teacher."""


def made_from(stage: Stage, config: RunConfig, teacher: str) -> dict[str, Any]:
    """Everything that decides what a stage makes, as plain values.

    Args:
        teacher: Its fingerprint.
    """
    return {
        "stage": stage,
        "teacher": teacher,
        "settings": settings(config, SETTINGS_OF[stage]),
        # a text model whose features are compared works out every position, and so does its control
        "every_position": METHODS[config.method].compares_features,
        "versions": versions(PACKAGES),
        "code": code(OF_STUDENT),
    }


def settings(config: RunConfig, names: tuple[str, ...]) -> dict[str, Any]:
    """The settings of these names that have an effect."""
    method = METHODS[config.method]
    without_effect = {
        "temperature": not method.uses_temperature,
        "beta": not method.uses_beta,
        "rounds": not SCHEDULES[config.schedule].in_rounds,
    }
    return {name: _plain(getattr(config, name)) for name in names if not without_effect.get(name)}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def folder(made_from: dict[str, Any], config: RunConfig) -> Path:
    """Where a stage that all this decides is or will be kept; the folder's name is its fingerprint."""
    name = f"{config.model}-{config.dataset}-{made_from['stage']}-{folders.fingerprint(made_from)}"
    return cache_dir("stages") / name


def found(config: RunConfig, teacher: str) -> tuple[Stage, ...]:
    """The stages of a run's first student that are kept, as far as it can be seen without reading them whole.

    Args:
        teacher: Its fingerprint.
    """
    kept = []
    for stage in KEPT:
        inputs = made_from(stage, config, teacher)
        if folders.made_from(folder(inputs, config)) == inputs:
            kept.append(stage)
    return tuple(kept)
