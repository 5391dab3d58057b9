"""What a control needs to know about each setting, and how settings are written on screens.

Words, bounds and choices come from :mod:`simulator.config.settings`. Pure functions: the widgets are in
:mod:`ui.settings.controls`, and :mod:`ui.settings.fitting` makes settings fit together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast

from simulator.catalog.datasets import DATASETS
from simulator.catalog.methods import METHODS
from simulator.catalog.models import MODELS
from simulator.catalog.pruning import SCHEDULES, importances_for
from simulator.config.run import RunConfig
from simulator.config.setting import Setting
from simulator.config.settings import SETTINGS
from simulator.data.own_data import dataset_info, datasets_for, record
from simulator.figures import numbers

Shape = Literal["choice", "sizes", "log", "stops", "integer", "slider", "flag", "several", "text"]

WIDEST_SLIDER = 10_000


@dataclass(frozen=True)
class Control:
    """The widget of a setting: the kind of widget, and the setting itself."""

    name: str
    shape: Shape
    setting: Setting


@lru_cache(maxsize=1)
def all_controls() -> dict[str, Control]:
    """Return the control of every setting, in the order of the Lab."""
    return {name: Control(name, _shape(name, setting), setting) for name, setting in SETTINGS.items()}


def _shape(name: str, setting: Setting) -> Shape:
    kind, low, high = RunConfig.model_fields[name].annotation, setting.low, setting.high
    if name == "also_prune":
        return "several"
    if name == "labels":
        return "stops"
    if name == "dataset" or setting.choices:
        return "choice"
    if kind is bool:
        return "flag"
    if kind is str:
        return "text"
    if low is None or high is None:
        return "sizes"
    if kind is int:
        return "integer" if high - low > WIDEST_SLIDER and name != "train_examples" else "slider"
    return "log" if low > 0 and high / low >= 1000 else "slider"


def decades(low: float, high: float) -> tuple[float, ...]:
    """Return 1, 2, 3, 5, 10, 20, ... from ``low`` to ``high``: the stops of a logarithmic slider."""
    stops = [float(f"{digit}e{power}") for power in range(-9, 9) for digit in (1, 2, 3, 5)]
    return tuple(stop for stop in stops if low <= stop <= high)


def choices(name: str, config: RunConfig) -> tuple[Any, ...]:
    """Return the values that a control offers, given the model and the pruning pattern."""
    control = all_controls()[name]
    if name == "method":
        classes = len(dataset_info(config.dataset).class_names)
        return tuple(m.name for m in METHODS.values() if m.fewest_classes <= classes)
    if name == "importance":
        return importances_for(MODELS[config.model].kind, config.pruning)
    if name == "scope":
        return config.pattern.scopes
    if name == "schedule":
        return tuple(
            name
            for name in config.pattern.schedules
            if config.recovery_epochs or not SCHEDULES[name].prunes_in_recovery
        )
    if name == "dataset":
        return tuple(d.name for d in datasets_for(config.model))
    if name == "labels":
        stops = decades(cast("float", control.setting.low), config.train_examples)
        return tuple(sorted({*map(int, stops), config.labels, config.train_examples}))
    if control.shape == "sizes":
        return MODELS[config.model].student.values
    if control.shape == "log":
        return decades(cast("float", control.setting.low), cast("float", control.setting.high))
    return tuple(control.setting.choices)


def shown(name: str, value: Any) -> str:
    """Return a value as the control shows it, and as the URL holds it."""
    if isinstance(value, float):
        return numbers.setting(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or "nothing"
    if name == "dataset" and (value in DATASETS or record(value)):
        return dataset_info(value).title
    return SETTINGS[name].title_of(value)


def written(name: str, config: RunConfig) -> str:
    """Return a run's setting as tables show it, with its unit."""
    value = getattr(config, name)
    match name:
        case "student_size":
            return student_in_words(config)
        case "train_examples":
            return numbers.whole(value)
        case "labels":
            return "all" if config.has_all_labels else numbers.whole(value)
        case "target_sparsity":
            return numbers.whole_percent(value)
    return shown(name, value) or "none"


NAMES = ("Taylor", "Wanda")
"""The titles that keep their capital within a sentence."""


def in_a_sentence(title: str) -> str:
    """Return a title as it stands within a sentence: global, from scratch, Taylor."""
    return title if title in NAMES else title.lower()


def student_in_words(config: RunConfig) -> str:
    """Name the size of the student: 1 layer, 3 layers, width 0.5."""
    unit = MODELS[config.model].student.unit
    if unit == "layers":
        return numbers.several(int(config.student_size), "layer")
    return f"{unit} {shown('student_size', config.student_size)}"


def asked_sparsity(config: RunConfig) -> str:
    """Return the target sparsity, or "by hand"."""
    return "by hand" if config.by_hand else numbers.whole_percent(config.target_sparsity)
