"""Which runs the list of runs shows: of a model, on some data, with a text. The page's address holds the choice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from simulator.catalog.models import MODELS
from simulator.data import own_data
from simulator.figures import numbers
from simulator.runs import notes
from simulator.runs.database.store import Run
from ui.settings import differences, fields
from ui.shell.plain import literal

MODEL, DATA, TEXT = "only_model", "only_data", "only_text"
ANY = ""
NARROW = 165
"""The width of a list in pixels: two of them stand side by side on a phone."""

LONGEST = 60
"""The characters of a text that is looked for."""

THOUSANDS = r"(?<=\d,)\d{3}(?!\d)"
"""The digits of a number after a comma that groups them: those of 1,500."""

SEPARATOR = re.compile(rf",(?!{THOUSANDS})")


class Filters(NamedTuple):
    """The title of a model, the name of a data set, and a text; ANY where all runs are shown."""

    model: str
    data: str
    text: str

    def __str__(self) -> str:
        """Name the filters that are set: DistilBERT, text 'Ada'."""
        return ", ".join(filter(None, (self.model, _title(self.data), f"text '{self.text}'" if self.text else "")))


def filtered(runs: Sequence[Run]) -> list[Run]:
    """Show the filters; return the runs that they leave, after a sentence if there are none."""
    filters = _choose(runs)
    written = notes.notes_of([run.id for run in runs]) if filters.text else {}
    left = kept(runs, filters, written)
    if any(filters):
        count = f"{numbers.whole(len(left))} of {numbers.several(len(runs), 'run')}"
        with st.container(horizontal=True, vertical_alignment="center"):
            if left:
                st.markdown(f"**{count}**", width="content")
            else:
                sentence = f"None of these {len(runs)} runs fits the filters ({filters})."
                st.info(literal(sentence), icon=":material/filter_alt:")
            st.button("Show all runs", icon=":material/filter_alt_off:", key="show_all_runs", on_click=clear)
    return left


def _choose(runs: Sequence[Run]) -> Filters:
    on_data = [*(info.name for info in own_data.all_datasets()), *(run.settings.dataset for run in runs)]
    with st.container(horizontal=True):
        model = _list("Model", {model.title: model.title for model in MODELS.values()}, MODEL)
        data = _list("Data", _titles(on_data), DATA)
        text = st.text_input(
            "Text",
            max_chars=LONGEST,
            key=TEXT,
            placeholder="A setting, a note, a run's id",
            help="Searches state, notes, id and settings; of an experiment its title and model, not its other "
            "settings. Several texts are separated by commas: T = 8, failed.",
            bind="query-params",
            persist_state="session",
        )
    return Filters(model, data, " ".join(text.split()))


def _list(label: str, titles: Mapping[str, str], key: str) -> str:
    picked: str = st.selectbox(
        label,
        [ANY, *titles],
        format_func=lambda value: titles.get(value, value) or "All",
        key=key,
        width=NARROW,
        bind="query-params",
        persist_state="session",
    )
    return picked


def clear() -> None:
    """Show all runs. For a button's callback, which runs before the page."""
    for key in (MODEL, DATA, TEXT):
        st.session_state[key] = ANY


def kept(runs: Sequence[Run], filters: Filters, notes_by_id: Mapping[str, str]) -> list[Run]:
    """Return the runs that fit all filters, in their order.

    Args:
        notes_by_id: Run id -> its notes; needed only if a text is looked for.
    """
    fitting = [
        run
        for run in runs
        if filters.model in (ANY, MODELS[run.settings.model].title) and filters.data in (ANY, run.settings.dataset)
    ]
    patterns = [_pattern(text) for part in SEPARATOR.split(filters.text) if (text := part.strip())]
    if not patterns:
        return fitting
    texts = {run.id: f"{_text_of(run)} {notes_by_id.get(run.id, '')}" for run in fitting}
    return [run for run in fitting if all(pattern.search(texts[run.id]) for pattern in patterns)]


def _pattern(text: str) -> re.Pattern[str]:
    """Match a text from the beginning of a word; a number only as a whole.

    8 is not in 0.8, T = 1 not in T = 12, and 500 not in 1,500.
    """
    words = r"\s+".join(map(re.escape, text.split()))
    end = rf"(?!\.?\d|,{THOUSANDS})" if text[-1].isdecimal() else ""
    return re.compile(rf"(?<![\w.])(?!{THOUSANDS}){words}{end}", re.IGNORECASE)


def _titles(names: Iterable[str]) -> dict[str, str]:
    """Return data set name -> its title; with the name where others have this title, as data that was deleted may."""
    titles = {name: _title(name) for name in names}
    times = Counter(titles.values())
    return {name: title if times[title] == 1 else f"{title} ({name})" for name, title in titles.items()}


def _title(data: str) -> str:
    return fields.shown("dataset", data) if data else ""


def _text_of(run: Run) -> str:
    """Return the text that is searched, except the notes."""
    about = [run.id, run.state, run.origin]
    if run.experiment:
        about += [run.experiment.entry.title, MODELS[run.settings.model].title]
    else:
        about += differences.all_in_words(run.settings)
    return "; ".join(about)
