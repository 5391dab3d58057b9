"""The kept stages of students: what decides each, and where it is kept. Imports no torch.

A stage's inputs are its teacher's fingerprint (model, data, weights, processor, threads, precision), the settings that
affect it, and the versions of libraries and code.
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

OF_CONTROL = ("student_size", "train_examples", "labels", "epochs", "learning_rate", "batch_size", "seed")
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
    """Whose stages are kept, and whether kept ones are taken over.

    Attributes:
        run: The id of the run.
        anew: Whether stages that are already kept are carried out again and replaced.
    """

    run: str
    anew: bool = False


class StageRecord(Record):
    """What is kept of a stage beside the weights.

    Attributes:
        curve: Its loss points and validation accuracies, numbered as for the first seed.
        strides: Name -> strides of the tensors whose layout does not follow the order of their dimensions.
        is_training: Whether the stage left its model in training mode.
    """

    curve: tuple[LossPoint | EpochFinished, ...]
    finished: StageFinished
    kept: Kept
    strides: dict[str, tuple[int, ...]]
    is_training: bool


PACKAGES = ("numpy", "safetensors", "torch-pruning")
"""Packages that decide a stage, beside those that decide its teacher."""


def made_from(stage: Stage, config: RunConfig, teacher: str) -> dict[str, Any]:
    """Everything that decides the result of a stage, as plain values.

    Args:
        teacher: Its fingerprint.
    """
    return {
        "stage": stage,
        "teacher": teacher,
        "settings": settings(config, SETTINGS_OF[stage]),
        # a text model whose features are compared computes every position, and so does its control
        "every_position": METHODS[config.method].compares_features,
        "versions": versions(PACKAGES),
        "code": code(OF_STUDENT),
    }


def settings(config: RunConfig, names: tuple[str, ...]) -> dict[str, Any]:
    """Those of the named settings that have an effect."""
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
    """The folder of the stage with these inputs, whether it is there or not; its name is its fingerprint."""
    name = f"{config.model}-{config.dataset}-{made_from['stage']}-{folders.fingerprint(made_from)}"
    return cache_dir("stages") / name


def found(config: RunConfig, teacher: str) -> tuple[Stage, ...]:
    """The kept stages of a run's first seed, as far as can be told without reading them in full.

    Args:
        teacher: Its fingerprint.
    """
    kept = []
    for stage in KEPT:
        inputs = made_from(stage, config, teacher)
        if folders.made_from(folder(inputs, config)) == inputs:
            kept.append(stage)
    return tuple(kept)
