"""The kept sweeps over sparsities: how much is asked of each, what decides it, and where it is. Imports no torch.

A sweep prunes a copy of the distilled student to each sparsity, without retraining. It follows from that student (the
fingerprint of its stage has the teacher and the data), from the settings of pruning but not from the run's own
sparsity, and from what libraries and code do.
"""

from __future__ import annotations

from typing import Any

from simulator.catalog.model_info import Kind
from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig
from simulator.config.settings import SETTINGS
from simulator.runs.kept import folders, stages
from simulator.runs.kept.code import OF_MEASUREMENT, code, versions

SPARSITIES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Ten, after none at all."""

SHARE: dict[Kind, float] = {"image": 0.2, "text": 0.08}
"""The answers of a sweep, as a share of the examples that the control and the distilled student are trained on. A text
costs more: students of texts may train in bfloat16, but always answer in float32. With these shares, a sweep took at
most a tenth of the CPU time of the students' trainings in a default run, less of the whole run: DistilBERT 8.9 %,
T5-small 5.5 %, and with channels chosen by Taylor ResNet-18 6.6 % and MobileNetV2 9.7 % (one thread of a Xeon)."""

FEWEST, MOST = 100, 450
"""Test examples, where there are so many. Below 100 the intervals are too wide to read."""

OF_PRUNING = ("pruning", "importance", "scope", "also_prune", "round_to")


def has_sweep(config: RunConfig) -> bool:
    """Whether a run's sparsity can be chosen, so that others can be tried."""
    return not SETTINGS["target_sparsity"].why_fixed(config)


def examples_answered(config: RunConfig) -> int:
    """How many test examples each pruned student answers at most.

    Counted from the settings, not timed, so that equal runs have equal events.
    """
    trained = 2 * config.train_examples * config.epochs
    return min(MOST, max(FEWEST, int(SHARE[MODELS[config.model].kind] * trained / len(SPARSITIES))))


def made_from(config: RunConfig, teacher: str) -> dict[str, Any]:
    """Everything that decides a sweep, as plain values.

    Args:
        teacher: Its fingerprint.
    """
    return {
        "stage": "sweep",
        "model": stages.folder(stages.made_from("distil", config, teacher), config).name,
        "settings": stages.settings(config, OF_PRUNING),
        "examples": examples_answered(config),
        "versions": versions(stages.PACKAGES),
        "code": code(OF_MEASUREMENT),
    }


def found(config: RunConfig, teacher: str) -> bool:
    """Whether the sweep of a run's first student is kept.

    Args:
        teacher: Its fingerprint.
    """
    inputs = made_from(config, teacher)
    return folders.made_from(stages.folder(inputs, config)) == inputs
