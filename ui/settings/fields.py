"""What a control needs to know of each field of RunConfig, and how settings are made to fit together.

Bounds, steps, labels and help come from the fields, choices from the catalogue. Pure functions: the widgets
are in :mod:`ui.settings.controls`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log
from types import UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin

from simulator.catalog.datasets import DATASETS
from simulator.catalog.methods import METHODS
from simulator.catalog.models import MODELS
from simulator.catalog.pruning import (
    IMPORTANCES,
    NEED_RECOVERY,
    PRUNING,
    SCHEDULES,
    SCHEDULES_FOR,
    SCOPES,
    SCOPES_FOR,
    importances_for,
)
from simulator.config.run import RunConfig, make_config
from simulator.data.own_data import all_datasets, dataset_info, datasets_for, is_here, record
from simulator.errors import InvalidConfig
from simulator.figures import numbers
from ui.shell.plain import LONGEST_SHOWN, brief

Shape = Literal["choice", "sizes", "log", "integer", "slider", "flag", "several", "text"]

TITLES: dict[str, dict[Any, str]] = {
    "model": {m.name: m.title for m in MODELS.values()},
    "method": {m.name: m.title for m in METHODS.values()},
    "pruning": {m.name: m.title for m in PRUNING.values()},
    "scope": {m.name: m.title for m in SCOPES.values()},
    "importance": {m.name: m.title for m in IMPORTANCES.values()},
    "schedule": {m.name: m.title for m in SCHEDULES.values()},
    "round_to": {1: "1 (no rounding)", 4: "4", 8: "8"},
    "image_size": {32: "32 px", 64: "64 px"},
    "weights": {"auto": "Published if they can be had", "pretrained": "Published", "scratch": "From scratch"},
}

# defaults that depend on model, data and method
FOLLOW = ("student_size", "train_examples", "alpha", "epochs", "learning_rate", "batch_size")
WIDEST_SLIDER = 10_000


@dataclass(frozen=True)
class Control:
    """What a widget needs to know of a field of RunConfig."""

    name: str
    shape: Shape
    label: str
    help: str
    step: float | None
    more: bool
    low: float | None
    high: float | None
    choices: tuple[Any, ...]


@lru_cache(maxsize=1)
def all_controls() -> dict[str, Control]:
    """Every field of RunConfig, in its order."""
    return {name: _control(name) for name in RunConfig.model_fields}


def _control(name: str) -> Control:
    field = RunConfig.model_fields[name]
    extra = cast("dict[str, Any]", field.json_schema_extra)
    low: Any = next((m.ge for m in field.metadata if hasattr(m, "ge")), None)
    high: Any = next((m.le for m in field.metadata if hasattr(m, "le")), None)
    annotation = field.annotation
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(a for a in get_args(annotation) if a is not type(None))
    choices: tuple[Any, ...] = ()
    shape: Shape
    if get_origin(annotation) is Literal:
        shape, choices = "choice", get_args(annotation)
    elif name == "dataset":
        shape = "choice"  # which ones there are changes while the server runs: so they are not kept here
    elif get_origin(annotation) is tuple:
        shape, choices = "several", get_args(get_args(annotation)[0])
    elif annotation is bool:
        shape = "flag"
    elif annotation is str:
        shape = "text"
    elif low is None or high is None:
        shape = "sizes"
    elif annotation is int:
        shape = "integer" if high - low > WIDEST_SLIDER and name != "train_examples" else "slider"
    else:
        shape = "log" if low > 0 and high / low >= 1000 else "slider"
    return Control(
        name, shape, extra["label"], field.description or "", extra["step"], extra["more"], low, high, choices
    )


def decades(low: float, high: float) -> tuple[float, ...]:
    """1, 2, 3, 5, 10, 20, ... from ``low`` to ``high``: the stops of a logarithmic slider."""
    stops = [float(f"{digit}e{power}") for power in range(-9, 9) for digit in (1, 2, 3, 5)]
    return tuple(stop for stop in stops if low <= stop <= high)


def nearest_stop(control: Control, value: float) -> float:
    """The stop of a logarithmic slider that is nearest to a value; a value out of range stays as it is."""
    low, high = cast("float", control.low), cast("float", control.high)
    if not low <= value <= high:
        return value
    return min(decades(low, high), key=lambda stop: abs(log(stop / value)))


def choices(name: str, config: RunConfig) -> tuple[Any, ...]:
    """The values a control offers, given the model and the pattern of pruning."""
    control = all_controls()[name]
    if name == "method":
        classes = len(dataset_info(config.dataset).class_names)
        return tuple(m.name for m in METHODS.values() if m.fewest_classes <= classes)
    if name == "importance":
        return importances_for(MODELS[config.model].kind, config.pruning)
    if name == "scope":
        return SCOPES_FOR[config.pruning]
    if name == "schedule":
        return tuple(s for s in SCHEDULES_FOR[config.pruning] if config.recovery_epochs or s not in NEED_RECOVERY)
    if name == "dataset":
        return tuple(d.name for d in datasets_for(config.model))
    if control.shape == "sizes":
        return MODELS[config.model].student.values
    if control.shape == "log":
        return decades(cast("float", control.low), cast("float", control.high))
    return control.choices


def applies(name: str, config: RunConfig) -> bool:
    """Whether a setting has any say, given the others."""
    match name:
        case "image_size":
            return MODELS[config.model].kind == "image"
        case "also_prune":
            return config.pruning == "unstructured" and not IMPORTANCES[config.importance].scores_layers_only
        case "scope":
            return config.pruning != "2:4"
        case "layer_sparsity":
            return config.scope == "by_hand"
        case "beta":
            return METHODS[config.method].uses_beta
        case "round_to":
            return config.pruning == "structured"
        case "rounds":
            return config.schedule == "iterative"
    return True


def settled_otherwise(name: str, config: RunConfig) -> str:
    """Why a setting that is shown cannot be moved now; "" where it can."""
    if name == "temperature" and not METHODS[config.method].uses_temperature:
        return f"{METHODS[config.method].title} does not divide logits by a temperature."
    if name == "target_sparsity" and config.pruning == "2:4":
        return "2:4 removes exactly half of every layer that it prunes, so there is nothing to choose."
    if name == "target_sparsity" and config.scope == "by_hand":
        return "Each layer has its own share: write them down above."
    return ""


def shown(name: str, value: Any) -> str:
    """A value as the control shows it, and as the URL holds it."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or "nothing"
    if name == "dataset" and (value in DATASETS or record(value)):
        return dataset_info(value).title
    return TITLES.get(name, {}).get(value, str(value))


def written(name: str, config: RunConfig) -> str:
    """A setting of a run as a table has it, with its unit."""
    value = getattr(config, name)
    match name:
        case "student_size":
            return student_in_words(config)
        case "train_examples":
            return f"{value:,}"
        case "target_sparsity":
            return numbers.whole_percent(value)
    return shown(name, value) or "none"


def student_in_words(config: RunConfig) -> str:
    """How small the student is: 1 layer, 3 layers, width 0.5."""
    unit = MODELS[config.model].student.unit
    if unit == "layers":
        return numbers.several(int(config.student_size), "layer")
    return f"{unit} {shown('student_size', config.student_size)}"


def asked_sparsity(config: RunConfig) -> str:
    """The sparsity that was asked for, in a word."""
    return "by hand" if config.scope == "by_hand" else numbers.whole_percent(config.target_sparsity)


# -- making settings fit together: pure functions


def fit(asked: Mapping[str, Any], before: RunConfig | None) -> tuple[RunConfig, list[str]]:
    """The config nearest to what was asked for, and a note for each setting that could not be kept.

    Args:
        asked: Values by field name.
        before: The config before this change. A setting that stood at its old default follows
            the model to its new default.
    """
    values, notes = dict(asked), list[str]()
    decisive = ("model", "dataset", "method")
    if before is not None and any(values.get(name) != getattr(before, name) for name in decisive):
        old = defaults(before.model, before.dataset if is_here(before.dataset) else None, before.method)
        for name in FOLLOW:
            if values.get(name) == getattr(old, name):
                values.pop(name, None)
    model = values.get("model", RunConfig().model)
    if model not in MODELS:
        notes.append(f"There is no model {brief(repr(model))}: {shown('model', RunConfig().model)} is used.")
        model = RunConfig().model
    values["model"] = model
    for name, control in all_controls().items():
        if control.shape == "log" and name in values:
            values[name] = nearest_stop(control, values[name])
    settled: dict[str, Any] = {"model": model}
    for name in (n for n in RunConfig.model_fields if n in values and n != "model"):
        _keep_or_drop(name, settled, values, notes)
        if name in values:
            settled[name] = values[name]
    return make_config(values), notes


def _keep_or_drop(name: str, settled: dict[str, Any], values: dict[str, Any], notes: list[str]) -> None:
    """Drop a value that RunConfig refuses together with those that are settled already."""
    try:
        make_config({**settled, name: values[name]})
    except InvalidConfig as error:
        refused = values.pop(name)
        label, default = all_controls()[name].label, getattr(make_config(settled), name)
        if all_controls()[name].shape == "text":  # what is wrong in it does not show at a glance
            notes.append(f"{label} cannot be used: {brief(error.message, LONGEST_SHOWN)}")
            return
        asked = brief(shown(name, refused))
        if name == "dataset" and not is_here(refused):
            notes.append(f"{label} {asked} is not on this server, perhaps deleted: {shown(name, default)} is used.")
            return
        notes.append(f"{label} {asked} does not fit here: {shown(name, default)} is used.")


def defaults(model: str, dataset: str | None = None, method: str = "kd") -> RunConfig:
    """What a student starts with."""
    return make_config({"model": model, "dataset": dataset, "method": method})


def default_of(name: str, config: RunConfig) -> Any:
    """What a control starts with, given the model and the data; a setting that equals it stays out of the URL."""
    if name == "model":
        return RunConfig().model
    if name in ("dataset", "method"):
        return getattr(defaults(config.model), name)
    return getattr(defaults(config.model, config.dataset, config.method), name)


def from_link(parameters: Mapping[str, list[str]]) -> tuple[dict[str, Any], list[str]]:
    """Values by field name from a URL's parameters, and a note for each that cannot be read."""
    values: dict[str, Any] = {}
    notes: list[str] = []
    for name, control in all_controls().items():
        if name not in parameters:
            continue
        try:
            values[name] = _parse(control, parameters[name])
        except (ValueError, KeyError):
            text = brief(", ".join(parameters[name]))
            notes.append(f"The link asks for {name}={text}, which cannot be read: the default is used.")
    return values, notes


def _parse(control: Control, texts: list[str]) -> Any:
    if control.shape == "several":
        return tuple(texts)
    text = texts[-1]
    if control.shape == "choice":
        there = tuple(d.name for d in all_datasets()) if control.name == "dataset" else control.choices
        by_title = {shown(control.name, c): c for c in there}
        # An unknown name is kept as it is, so that the note can say what was asked for.
        return by_title.get(text, next((c for c in there if str(c) == text), text))
    if control.shape == "text":
        return text
    if control.shape == "flag":
        return {"true": True, "false": False}[text.lower()]
    number = float(text)
    return int(number) if number.is_integer() and RunConfig.model_fields[control.name].annotation is int else number
