"""Sparsity by layer as text that a command line, a URL and a record can hold: ``conv1.weight=0.5, ...``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simulator.figures.numbers import setting

HIGHEST = 0.95
NAME = re.compile(r"[A-Za-z_][\w.]*", re.ASCII)


def as_text(value: Any) -> Any:
    """A mapping of parameter name -> share as the text that stands for it; anything else unchanged."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={share}" for name, share in value.items())
    return value


def parse(text: str) -> dict[str, float]:
    """The shares by parameter name.

    Raises:
        ValueError: for an entry that is no NAME=SHARE, a share outside 0 to 0.95, or a name given twice.
    """
    shares: dict[str, float] = {}
    for entry in (part.strip() for part in text.split(",")):
        if not entry:
            continue
        name, _, number = (part.strip() for part in entry.partition("="))
        try:
            share = float(number)
        except ValueError:
            raise ValueError(f"{entry!r} is not NAME=SHARE, as in conv1.weight=0.5") from None
        if not NAME.fullmatch(name) or not 0 <= share <= HIGHEST:
            raise ValueError(f"{entry!r} needs a weight's name and a share of 0 to {HIGHEST}")
        if name in shares:
            raise ValueError(f"{name!r} is named twice: name each layer once")
        shares[name] = share
    return shares


def tidy(text: str) -> str:
    """The same shares, written one way.

    Raises:
        ValueError: as :func:`parse`.
    """
    return ", ".join(f"{name}={setting(share)}" for name, share in parse(text).items())
