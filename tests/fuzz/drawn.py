"""What hypothesis draws: settings, likely and odd, and bytes and documents that something was done to."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from simulator.catalog.datasets import DATASETS
from simulator.errors import SimulatorError
from tests.ui.markdown import HOSTILE
from ui.settings.fields import Control, all_controls

NUMBERS = ("1e309", "-1e309", "1e-400", "nan", "inf", "-0", "0", "1", "0.5", "9" * 400, "1_0", "²", "٣", "0x1f", " 1 ")
DATES = ("0001-01-01T00:00:00", "2026-01-01", "2026-05-03T10:00:00+00:00", "9999-12-31T23:59:59-12:00", "+1")


def unless_refused(make: Callable[[], Any]) -> Any:
    """What is made; None where that is refused with a message."""
    try:
        return make()
    except SimulatorError as error:
        if not error.message:
            raise
        return None


odd_texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(HOSTILE),
    st.sampled_from(NUMBERS),
    st.sampled_from(DATES),
    st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=5), st.integers(1, 2_000)),
)
odd_values: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    odd_texts,
    st.lists(odd_texts, max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


def likely(control: Control) -> st.SearchStrategy[Any]:
    """Values that a control could hold, whether or not they go with the others."""
    setting = control.setting
    if control.name == "dataset":
        return st.sampled_from(list(DATASETS))
    if control.name == "student_size":
        return st.sampled_from([0.25, 0.5, 0.75, 1, 2, 3, 4])
    if control.shape == "flag":
        return st.booleans()
    if control.shape == "several":
        return st.lists(st.sampled_from(list(setting.choices)), max_size=4).map(tuple)
    if control.shape == "text":
        return st.sampled_from(["", "layer1.0.conv1.weight=0.5", "a.weight=0.95, b.weight=0"])
    if setting.choices:
        return st.sampled_from(list(setting.choices))
    whole = isinstance(setting.step, int) and control.shape in ("integer", "slider")
    low, high = float(setting.low or 0), float(setting.high or 1)
    return st.integers(int(low), int(high)) if whole else st.floats(low, high)


def settings_of_a_run() -> st.SearchStrategy[dict[str, Any]]:
    """Some settings by name: mostly likely ones."""
    each = {name: st.one_of(likely(c), likely(c), likely(c), odd_values) for name, c in all_controls().items()}
    some_more = st.dictionaries(st.sampled_from([*each, "T", "__class__", ""]), odd_values, max_size=1)
    return st.builds(lambda a, b: a | b, st.fixed_dictionaries({}, optional=each), some_more)


@st.composite
def mangled(draw: st.DrawFn, whole: bytes, pieces: tuple[bytes, ...]) -> bytes:
    """Bytes of which up to six stretches were cut out, doubled, or replaced by something else."""
    content = whole
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, max(0, len(content) - 1)))
        end = start + draw(st.one_of(st.integers(0, 8), st.integers(0, len(content))))
        twice = st.just(content[start:end] * 2)
        new = draw(st.one_of(st.just(b""), st.sampled_from(pieces), st.binary(max_size=20), twice))
        content = content[:start] + new + content[end:]
    return content


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value of a document, by keys and indices."""
    if isinstance(document, list):
        document = dict(enumerate(document))
    inner = document.items() if isinstance(document, dict) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


@st.composite
def changed(draw: st.DrawFn, document: Any) -> Any:
    """A document of which up to three values were changed, removed, doubled or renamed."""
    found = [place for place in places(document) if place]
    document = copy.deepcopy(document)
    for *way, last in draw(st.lists(st.sampled_from(found), min_size=1, max_size=3)):
        inner = document
        try:
            for step in way:
                inner = inner[step]
            match draw(st.sampled_from(["set", "set", "set", "remove", "double", "rename"])):
                case "set":
                    inner[last] = draw(odd_values)
                case "remove":
                    del inner[last]
                case "double" if isinstance(inner, list):
                    inner.append(copy.deepcopy(inner[last]))
                case "rename" if isinstance(inner, dict):
                    inner[draw(odd_texts)] = inner.pop(last)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken this place away
    return document
