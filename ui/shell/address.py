"""The address of a page: the one place that reads and writes its parameters.

Anybody can write a link. These functions return only values that a page can use; other values are removed from the
address and named on the screen, as plain text. Streamlit itself reads the parameters of bound controls, and accepts
only what the control offers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from ui.shell.plain import brief, literal

LONGEST, LONGEST_LIST = 100, 4_000
"""The longest value, and the longest list of values, in characters."""


def text(name: str, longest: int = LONGEST) -> str | None:
    """Return a parameter's value; None if it is missing, empty, too long or holds control characters."""
    value = st.query_params.get(name)
    if value and not is_plain(value, longest):
        leave_out(name)
        return None
    return value or None


def one_of(name: str, known: Collection[str]) -> str | None:
    """Return a parameter's value if it is one of ``known``."""
    value = text(name)
    if value is None or value in known:
        return value
    leave_out(name)
    return None


def whole(name: str, low: int, high: int) -> int | None:
    """Return a parameter's value if it is a whole number within bounds."""
    value = text(name)
    if value is None:
        return None
    if value.isdecimal() and low <= int(value) <= high:
        return int(value)
    leave_out(name)
    return None


def lists(names: Collection[str]) -> dict[str, list[str]]:
    """Return all values of those of these parameters that the address has."""
    found = {name: st.query_params.get_all(name) for name in names if name in st.query_params}
    unusable = [name for name, values in found.items() if not is_plain(" ".join(values), LONGEST_LIST)]
    for name in unusable:
        leave_out(name)
    return {name: values for name, values in found.items() if name not in unusable}


def is_plain(value: str, longest: int) -> bool:
    """Whether a page can show a value and a database can look it up: not too long, and without control characters."""
    return len(value) <= longest and not any(unicodedata.category(c) in ("Cc", "Cs") for c in value)


def leave_out(name: str) -> None:
    """Remove a parameter from the address, and say so."""
    value = st.query_params.pop(name)
    st.warning(
        f"This page's address holds {literal(f'{name}={brief(value)}')}, which cannot be used here: it was left out.",
        icon=":material/link_off:",
    )


def holds(name: str) -> bool:
    """Whether the address has a parameter, whatever its value."""
    return name in st.query_params


def everything() -> dict[str, list[str]]:
    """Return all parameters as they are, for a link or to return to later; not for the screen."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def put(name: str, value: str | Sequence[str]) -> None:
    """Write a parameter."""
    st.query_params[name] = value


def drop(name: str) -> None:
    """Remove a parameter, if it is there."""
    st.query_params.pop(name, None)


def replace(parameters: Mapping[str, str | Sequence[str]]) -> None:
    """Write these parameters in place of all others."""
    st.query_params.from_dict(parameters)
