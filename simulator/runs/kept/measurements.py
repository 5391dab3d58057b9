"""The kept measurements of models: what decides each, and where it is kept. Imports no torch.

Everything that is measured of a model, except its latency, depends only on the model and the test data (both are in the
fingerprint of its teacher or stage), on the layers that may be pruned, and on the versions of libraries and code.
"""

from __future__ import annotations

import zlib
from typing import Any

from simulator.config.run import RunConfig
from simulator.events import VARIANTS, Stage, Variant
from simulator.runs.kept import folders, stages
from simulator.runs.kept.code import OF_MEASUREMENT, code, versions

STAGE_OF: dict[Variant, Stage] = {
    "control": "control",
    "distilled": "distil",
    "pruned": "prune",
    "recovered": "recover",
}
PACKAGES = (*stages.PACKAGES, "scikit-learn")


def made_from(variant: Variant, config: RunConfig, teacher: str) -> dict[str, Any]:
    """Everything that decides what is measured of a variant, as plain values.

    Args:
        teacher: Its fingerprint.
    """
    model = teacher
    if variant != "teacher":
        model = stages.folder(stages.made_from(STAGE_OF[variant], config, teacher), config).name
    return {
        "stage": "measure",
        "model": model,
        "also_prune": list(config.also_prune),
        "versions": {**versions(PACKAGES), "zlib": zlib.ZLIB_RUNTIME_VERSION},
        "code": code(OF_MEASUREMENT),
    }


def found(config: RunConfig, teacher: str) -> tuple[Variant, ...]:
    """The variants of a run's first seed whose measurements are kept, the teacher included.

    Args:
        teacher: Its fingerprint.
    """
    inputs = {variant: made_from(variant, config, teacher) for variant in VARIANTS}
    return tuple(v for v in VARIANTS if folders.made_from(stages.folder(inputs[v], config)) == inputs[v])
