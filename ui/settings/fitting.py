"""Makes settings from a link or from the controls fit together.

Pure functions: the widgets are in :mod:`ui.settings.controls`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, log
from typing import Any, cast

from simulator.catalog.datasets import DATASETS
from simulator.catalog.models import MODELS
from simulator.config.data_rules import Datasets, datasets_here
from simulator.config.run import RunConfig, make_config
from simulator.config.setting import Setting
from simulator.config.settings import SETTINGS
from simulator.data.own_data import all_datasets, dataset_info
from simulator.errors import InvalidConfig
from ui.settings import fields
from ui.settings.fields import Control
from ui.shell.plain import LONGEST_SHOWN, brief

# defaults that depend on model, data and method
FOLLOW = ("student_size", "train_examples", "alpha", "epochs", "learning_rate", "batch_size")


def nearest_stop(setting: Setting, value: Any) -> Any:
    """Return the stop of a logarithmic slider nearest to a value; anything but a number in its range stays as it is."""
    low, high = cast("float", setting.low), cast("float", setting.high)
    if not isinstance(value, int | float) or not low <= value <= high:
        return value
    return min(fields.decades(low, high), key=lambda stop: abs(log(stop / value)))


def fit(asked: Mapping[str, Any], before: RunConfig | None) -> tuple[RunConfig, list[str]]:
    """Return the config nearest to the values asked for, and a note for each setting that could not be kept.

    Args:
        asked: Values by field name.
        before: The config before this change. A setting that had its old default gets the new model's default.
    """
    values, notes, datasets = dict(asked), list[str](), datasets_here()
    decisive = ("model", "dataset", "method")
    if before is not None and any(values.get(name) != getattr(before, name) for name in decisive):
        old = defaults(before.model, before.dataset if before.dataset in datasets else None, before.method)
        for name in FOLLOW:
            if values.get(name) == getattr(old, name):
                values.pop(name, None)
    if before is not None and before.has_all_labels and values.get("labels") == before.labels:
        values.pop("labels", None)  # all of them, however many there are now
    model = values.get("model", RunConfig().model)
    if model not in MODELS:
        notes.append(f"There is no model {brief(repr(model))}: {fields.shown('model', RunConfig().model)} is used.")
        model = RunConfig().model
    values["model"] = model
    for name, control in fields.all_controls().items():
        if control.shape == "log" and name in values:
            values[name] = nearest_stop(control.setting, values[name])
    settled: dict[str, Any] = {"model": model}
    for name in (n for n in RunConfig.model_fields if n in values and n != "model"):
        _keep_or_drop(name, settled, values, notes, datasets)
        if name in values:
            settled[name] = values[name]
    return make_config(values, datasets), notes


def _keep_or_drop(
    name: str, settled: dict[str, Any], values: dict[str, Any], notes: list[str], datasets: Datasets
) -> None:
    """Drop a value that RunConfig refuses together with the values settled so far."""
    try:
        make_config({**settled, name: values[name]}, datasets)
    except InvalidConfig as error:
        refused, title = values.pop(name), SETTINGS[name].title
        if fields.all_controls()[name].shape == "text":  # the error is not obvious at a glance
            notes.append(f"{title} cannot be used: {brief(error.message, LONGEST_SHOWN)}")
            return
        gone = name == "dataset" and refused not in datasets
        why = "is not on this server, perhaps deleted" if gone else "does not fit here"
        used = fields.shown(name, getattr(make_config(settled, datasets), name))
        notes.append(f"{title} {brief(fields.shown(name, refused))} {why}: {used} is used.")


def defaults(model: str, dataset: str | None = None, method: str = "kd") -> RunConfig:
    """Return the default settings; ``dataset`` is None for the model's own."""
    own = {} if dataset is None or dataset in DATASETS else {dataset: dataset_info(dataset)}
    return make_config({"model": model, "dataset": dataset, "method": method}, {**DATASETS, **own})


def default_of(name: str, config: RunConfig) -> Any:
    """Return a control's default, given the model and the data; a setting that equals it stays out of the URL."""
    if name == "model":
        return RunConfig().model
    if name == "labels":
        return config.train_examples
    if name in ("dataset", "method"):
        return getattr(defaults(config.model), name)
    return getattr(defaults(config.model, config.dataset, config.method), name)


def from_link(parameters: Mapping[str, list[str]]) -> tuple[dict[str, Any], list[str]]:
    """Return the values in a URL's parameters by field name, and a note for each that cannot be read."""
    values: dict[str, Any] = {}
    notes: list[str] = []
    for name, control in fields.all_controls().items():
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
        there = tuple(d.name for d in all_datasets()) if control.name == "dataset" else tuple(control.setting.choices)
        by_title = {fields.shown(control.name, c): c for c in there}
        # An unknown name is kept as it is, so that the note can say what was asked for.
        return by_title.get(text, next((c for c in there if str(c) == text), text))
    if control.shape == "text":
        return text
    if control.shape == "flag":
        return {"true": True, "false": False}[text.lower()]
    number = float(text)
    if not isfinite(number):
        return text  # refused like any wrong value, and named as it is in the address
    return int(number) if number.is_integer() and RunConfig.model_fields[control.name].annotation is int else number
