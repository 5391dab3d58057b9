"""What runs are called beside one another: by the settings in which they differ, never by those that they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache

from simulator.catalog.datasets import DatasetInfo
from simulator.config.run import RunConfig, make_config
from simulator.config.settings import SETTINGS
from simulator.data.own_data import dataset_info
from simulator.errors import NotAvailable
from ui.settings.cards import CARDS, SLIDERS, in_brief

DECIDING = ("model", "dataset", "method")
"""The settings on which the usual values of others depend."""

FIRST = (*DECIDING, *SLIDERS)
IN_ORDER = (*FIRST, *(name for name in RunConfig.model_fields if name not in FIRST))
"""All settings; those that tell runs apart most often come first."""

MOST_NAMED = 4
"""The settings in one name: more cannot be read at a glance."""

ALL = "all"
USUAL_METHOD: str = RunConfig.model_fields["method"].default

SAID = {*SLIDERS, *(name for card in CARDS for name in card.named)}
"""The settings that are worth saying even if they are as usual."""


def differing(configs: Sequence[RunConfig]) -> list[str]:
    """List the settings in which these differ.

    A setting counts only for the runs that use it. It does not count where each run has the value that is usual with
    its model, data and method, such as two models' learning rates: the models' names say enough.
    """
    unusual = {name for config in configs for name in _unusual(config)}
    return [
        name
        for name in IN_ORDER
        if len({_used(name, config) for config in configs} - {None}) > 1 and (name in DECIDING or name in unusual)
    ]


def _used(name: str, config: RunConfig) -> Hashable:
    """Return a value that a run uses; None if it does not use this setting."""
    setting = SETTINGS[name]
    return None if not setting.applies(config) or setting.why_fixed(config) else _value(name, config)


def _value(name: str, config: RunConfig) -> Hashable:
    """Return a value, whether or not the run uses it. All labels are equal, however many there are."""
    value: Hashable = ALL if name == "labels" and config.has_all_labels else getattr(config, name)
    return value


def _unusual(config: RunConfig) -> set[str]:
    """Return the settings that a run uses with another value than is usual with its model, data and method."""
    usual = usual_for(config)
    return {name for name in IN_ORDER if _used(name, config) not in (None, _value(name, usual))}


def usual_for(config: RunConfig) -> RunConfig:
    """Return the settings with which the Lab starts for a run's model, data and method."""
    try:
        known = dataset_info(config.dataset)
    except NotAvailable:  # its history was imported without the data, which may be uploaded later
        known = None
    return _usual(config.model, config.dataset, config.method, known)


@lru_cache(maxsize=256)
def _usual(model: str, dataset: str, method: str, known: DatasetInfo | None) -> RunConfig:
    values = {"model": model, "dataset": dataset, "method": method}
    return make_config(values, None if known is None else {dataset: known})


def changed(config: RunConfig) -> list[str]:
    """List the settings that somebody changed: the method, and what is not usual with the run's model, data and method.

    The model and the data never count: they say what the run is about.
    """
    unusual = _unusual(config)
    return [name for name in IN_ORDER if (config.method != USUAL_METHOD if name == "method" else name in unusual)]


def in_words(names: Sequence[str], config: RunConfig) -> str:
    """Return the values of these settings, as far as the run uses them: T = 8, 80 % cut."""
    texts = [in_brief(name, config) for name in names if _used(name, config) is not None]
    more = len(texts) - MOST_NAMED
    return ", ".join(texts) if more <= 1 else f"{', '.join(texts[:MOST_NAMED])} and {more} more"


def all_in_words(config: RunConfig) -> list[str]:
    """Return the values of all settings that the run uses."""
    return [in_brief(name, config) for name in IN_ORDER if _used(name, config) is not None]


def names_of(configs: Mapping[str, RunConfig]) -> dict[str, str]:
    """Name each run by what distinguishes it from the others: T = 8, 80 % cut.

    Args:
        configs: Run id -> settings. The ids tell apart those that would have the same name.
    """
    names = differing(list(configs.values()))
    texts = {run_id: in_words(names, config) for run_id, config in configs.items()}
    times = Counter(texts.values())
    return {
        run_id: text if text and times[text] == 1 else ", ".join(filter(None, (text, f"run {run_id}")))
        for run_id, text in texts.items()
    }


def shared(configs: Sequence[RunConfig]) -> str:
    """Return what all of these have in common: the settings that matter most, and all others that were changed."""
    first = configs[0]
    worth_saying = SAID.union(*map(changed, configs))
    alike = [name for name in IN_ORDER if {_used(name, config) for config in configs} == {_used(name, first)}]
    return ", ".join(
        in_brief(name, first) for name in alike if name in worth_saying and _used(name, first) not in (None, ALL)
    )
