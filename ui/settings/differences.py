"""What runs are called beside one another: by the settings in which they differ, never by those that they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache

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

SAID = {*SLIDERS, *(name for card in CARDS for name in card.named)}
"""The settings that are worth saying even if they are as usual."""


def differing(configs: Sequence[RunConfig]) -> list[str]:
    """List the settings in which these differ.

    A setting counts only for the runs that use it. It does not count where each run has the value that is usual with
    its model, data and method, such as two models' learning rates: the models' names say enough.
    """
    return [
        name
        for name in IN_ORDER
        if len({_used(name, config) for config in configs} - {None}) > 1
        and (name in DECIDING or not all(_is_usual(name, config) for config in configs))
    ]


def _used(name: str, config: RunConfig) -> Hashable:
    """Return a value that a run uses; None if it does not use this setting."""
    setting = SETTINGS[name]
    if not setting.applies(config) or setting.why_fixed(config):
        return None
    value: Hashable = ALL if name == "labels" and config.has_all_labels else getattr(config, name)
    return value


def _is_usual(name: str, config: RunConfig) -> bool:
    usual = usual_for(*(getattr(config, deciding) for deciding in DECIDING))
    return _used(name, config) in (None, _used(name, usual))


@lru_cache(maxsize=256)
def usual_for(model: str, dataset: str, method: str) -> RunConfig:
    """Return the settings with which the Lab starts for a model, its data and a method."""
    try:
        known = {dataset: dataset_info(dataset)}
    except NotAvailable:  # its history was imported without the data
        known = None
    return make_config({"model": model, "dataset": dataset, "method": method}, known)


def changed(config: RunConfig) -> list[str]:
    """List the settings that somebody changed: those that differ from what is usual with the run's model and data."""
    return differing([usual_for(config.model, config.dataset, "kd"), config])


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
    worth_saying = SAID.union(changed(first))
    alike = [name for name in IN_ORDER if {_used(name, config) for config in configs} == {_used(name, first)}]
    return ", ".join(
        in_brief(name, first) for name in alike if name in worth_saying and _used(name, first) not in (None, ALL)
    )
