"""What to change so that a run fits into memory: every advice is checked by the forecast. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from simulator.catalog.methods import METHODS, SOFT_TARGETS
from simulator.catalog.models import MODELS
from simulator.config.data_rules import datasets_here
from simulator.config.run import RunConfig, make_config
from simulator.data.own_data import dataset_info
from simulator.errors import InvalidConfig
from simulator.experiments.base import Axis, AxisValue
from simulator.experiments.config import ExperimentConfig, make_experiment, with_settings

Config = RunConfig | ExperimentConfig
Fits = Callable[[Config], bool]

SMALLEST_BATCH = 4
MEMORY_ADVICE = (
    "Close other programs, or choose a smaller student, batch or image size; a teacher, which trains with a batch size "
    "of its own, needs less only with a smaller image size or as another model."
)
"""The advice after a run ran out of memory, where what fits is not known."""

NOTHING = "Nothing that can be chosen here fits. Close other programs, or use a machine with more memory."


def what_fits(config: Config, fits: Fits) -> str:
    """Advice that works: a single setting, else all settings at their smallest, else another model.

    Args:
        config: The run or experiment that does not fit.
        fits: Whether a run or experiment with these settings does.
    """
    ways = list(_single_settings(config, fits)) or list(_all_settings(config, fits)) or list(_models(config, fits))
    return f"Choose {', or '.join(ways)}; or close other programs." if ways else NOTHING


def _single_settings(config: Config, fits: Fits) -> Iterator[str]:
    """For each setting that can be smaller, the largest value that fits; for an axis, the values that fit."""
    for name, values in _smaller(config).items():
        fitting = (value for value in values if fits(_changed(config, {name: value})))
        yield from (_words({name: value}) for value in islice(fitting, 1))
    if isinstance(config, ExperimentConfig):
        for axis in config.axes:
            left = [value for value in axis.values if fits(_with_value(config, axis, value))]
            if left:
                yield f"only {', '.join(map(str, left))} for {axis.setting.replace('_', ' ')}"


def _all_settings(config: Config, fits: Fits) -> Iterator[str]:
    """Every setting as small as it can be."""
    changes = {name: values[-1] for name, values in _smaller(config).items()}
    if changes and fits(_changed(config, changes)):
        yield _words(changes)


def _models(config: Config, fits: Fits) -> Iterator[str]:
    """Other models with their usual settings, on the same data where they read them."""
    base, datasets = _base(config), datasets_here()
    for model in MODELS.values():
        same_data = dataset_info(base.dataset).kind == model.kind
        settings = {"model": model.name, "weights": base.weights, **({"dataset": base.dataset} if same_data else {})}
        with suppress(InvalidConfig):  # an experiment that does not take this model or data set
            other = (
                make_experiment(config.name, settings, datasets=datasets)
                if isinstance(config, ExperimentConfig)
                else make_config(settings, datasets)
            )
            if model.name != base.model and fits(other):
                yield f"{model.title} with its usual settings"


def _smaller(config: Config) -> dict[str, list[Any]]:
    """Setting -> the smaller values that it may have, the largest first; without settings that are fixed here."""
    base, sizes = _base(config), MODELS[_base(config).model].student.values
    values: dict[str, list[Any]] = {
        "batch_size": [base.batch_size >> n for n in range(1, 8) if base.batch_size >> n >= SMALLEST_BATCH],
        "image_size": [32] if MODELS[base.model].kind == "image" and base.image_size > 32 else [],
        # layers named by hand belong to a student of this size
        "student_size": [s for s in reversed(sizes) if s < base.student_size and not base.by_hand],
        "method": [SOFT_TARGETS] if METHODS[base.method].compares_pairs else [],
    }
    fixed: set[str] = set()
    if isinstance(config, ExperimentConfig):
        fixed = {*config.entry.ignored, *(axis.setting for axis in config.axes)}
    return {name: smaller for name, smaller in values.items() if smaller and name not in fixed}


def _base(config: Config) -> RunConfig:
    return config.base if isinstance(config, ExperimentConfig) else config


def _changed(config: Config, changes: dict[str, Any]) -> Config:
    base = with_settings(_base(config), changes)
    return config.model_copy(update={"base": base}) if isinstance(config, ExperimentConfig) else base


def _with_value(experiment: ExperimentConfig, axis: Axis, value: AxisValue) -> ExperimentConfig:
    shorter = axis.model_copy(update={"values": (value,)})
    return experiment.model_copy(update={"axes": tuple(shorter if a is axis else a for a in experiment.axes)})


def _words(changes: dict[str, Any]) -> str:
    return " with ".join(f"{name.replace('_', ' ')} {value}" for name, value in changes.items())
