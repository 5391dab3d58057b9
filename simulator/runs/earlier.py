"""Records of an earlier version in the words of this one: an experiment was called a study."""

from __future__ import annotations

from typing import Any


def config_of_today(config: Any) -> Any:
    """The settings of a run, from JSON; those of an ordinary run, or of this version, stay as they are."""
    if isinstance(config, dict) and config.get("kind") == "study" and "study" in config:
        rest = {name: value for name, value in config.items() if name not in ("kind", "study")}
        return {"kind": "experiment", "name": config["study"], **rest}
    return config


def event_of_today(event: Any) -> Any:
    """An event, from JSON; one of an ordinary run, or of this version, stays as it is."""
    if isinstance(event, dict) and event.get("stage") == "study":
        return {**event, "stage": "experiment"}
    return event
