"""Parts of the Compare page: the choice of runs, the table of their variants, and their settings side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from string import ascii_uppercase

import streamlit as st

from simulator.data.own_data import dataset_info
from simulator.errors import RunNotFound
from simulator.events import Measurement
from simulator.figures import numbers
from simulator.runs import archive
from simulator.runs.database.store import Run
from ui.figures import table
from ui.figures.compare import comparison, rows
from ui.figures.compare.rows import Entry, Front, Where
from ui.figures.parts import Points
from ui.figures.run import picture, tables
from ui.following import drawing, live
from ui.kit import section_view, table_view
from ui.report.run import title
from ui.screens.results import open_run
from ui.settings import differences
from ui.shell import address, routes
from ui.shell.plain import literal
from ui.words.headline import headline

RUNS, CHOSEN, PICK = "runs", "compared_runs", "compare_pick"
MOST_COMPARED = len(ascii_uppercase)
MOST_EXPLAINED = 5
CLEARED = "compare_cleared"
RANGE = "compare_range_"


# -- which runs


def asked_for(runs: Sequence[Run]) -> list[str]:
    """Return the ids in the URL or, without any, those last compared in this session; at first the recorded runs."""
    linked = [part.strip() for part in (address.text(RUNS, address.LONGEST_LIST) or "").split(",")]
    asked = list(dict.fromkeys(part for part in linked if part)) or st.session_state.get(CHOSEN, [])
    ids = {run.id for run in runs}
    if not any(run_id in ids for run_id in asked):
        recorded = [run.id for run in runs if run.origin == "recorded"]
        asked = [*asked, *(recorded or [run.id for run in runs])[:4]]
    return asked


def choose(runs: Sequence[Run]) -> list[Run]:
    """Return the runs to compare, from the URL or picked here; the URL then names them."""
    by_id = {run.id: run for run in runs}
    asked = asked_for(runs)
    known = [run_id for run_id in asked if run_id in by_id]
    _say_what_is_left_out([run_id for run_id in asked if run_id not in by_id], known[MOST_COMPARED:])
    if PICK not in st.session_state:
        st.session_state[PICK] = known[:MOST_COMPARED]
    picked = st.multiselect(
        "Runs",
        list(by_id),
        format_func=lambda run_id: label_of(by_id[run_id]),
        max_selections=MOST_COMPARED,
        key=PICK,
        placeholder="Choose finished runs",
    )
    _remember(picked)
    return [by_id[run_id] for run_id in picked]


def label_of(run: Run) -> str:
    """Name a run in the choice of runs, with what was changed in it first.

    The label names neither what distinguishes it from the chosen runs nor its time, because both change: Streamlit
    forgets a choice whose label changes.
    """
    changed = differences.in_words(differences.changed(run.settings), run.settings)
    return f"{changed or 'Default settings'}: {title(run.settings)} ({run.id})"


def open_with(run_ids: Sequence[str]) -> None:
    """Compare these runs from now on. For a button's callback, which runs before the page."""
    st.session_state[PICK] = list(run_ids)
    _remember(run_ids)


def _remember(run_ids: Sequence[str]) -> None:
    st.session_state[CHOSEN] = list(run_ids)
    if run_ids:
        address.put(RUNS, ",".join(run_ids))
    else:
        address.drop(RUNS)


def _say_what_is_left_out(unknown: Sequence[str], too_many: Sequence[str]) -> None:
    reasons = [_why_not(run_id) for run_id in unknown[:MOST_EXPLAINED]]
    if more := unknown[MOST_EXPLAINED:]:
        reasons.append(f"{numbers.whole(len(more))} more runs cannot be compared either.")
    if too_many:
        reasons.append(f"At most {MOST_COMPARED} runs can be compared at a time; {len(too_many)} more are left out.")
    if reasons:
        st.warning("\n".join(f"- {reason}" for reason in reasons), icon=":material/info:")


def _why_not(run_id: str) -> str:
    try:
        run = archive.run(run_id)
        archive.measurements(run_id)
    except RunNotFound as error:
        return literal(str(error))
    if run.experiment:
        return f"Run `{run_id}` is an experiment: it has cells, not variants. Open it on the Experiments page."
    return f"Run `{run_id}` is {drawing.STATE_WORDS[run.state]}: only finished runs are compared."


def letters_of(runs: Sequence[Run]) -> dict[str, str]:
    """Return run id -> its letter in the charts and tables."""
    return {run.id: letter for run, letter in zip(runs, ascii_uppercase, strict=False)}


def key_to_letters(runs: Sequence[Run], names: Mapping[str, str]) -> None:
    """Show each letter with what distinguishes its run, as a link to its results; say once what all runs share."""
    with st.container(horizontal=True):
        for run in runs:
            st.page_link(
                routes.RESULTS.path,
                label=literal(names[run.id]),
                icon=":material/table_chart:",
                help=literal(f"Results of {open_run.run_label(run)}"),
                query_params={live.RUN: run.id},
                width="content",
            )
    if common := differences.shared([run.settings for run in runs]):
        whose = {1: "This run", 2: "Both"}.get(len(runs), "All of them")
        st.caption(literal(f"{whose}: {common}."))


def say_letters(names: Mapping[str, str]) -> None:
    """Repeat in one line what the letters stand for, beside a picture further down."""
    st.caption(literal("; ".join(names.values())))


# -- at a glance


def at_a_glance(runs: Sequence[Run], letters: Mapping[str, str], names: Mapping[str, str]) -> None:
    """Show the picture of the runs, and what each came to in one sentence."""
    shown = {run.id: outcome_of(run.id) for run in runs[: picture.MOST_RUNS]}
    drawn = picture.of_runs({letters[run_id]: measured for run_id, (measured, _) in shown.items()})
    if drawn is None:
        return
    if len(runs) > len(shown):
        st.caption(f"Drawn: the first {len(shown)} of these {len(runs)} runs.")
    sentences = [f"**{literal(names[i])}**  \n  {sentence}" for i, (_, sentence) in shown.items() if sentence]
    section_view.draw_parts([drawn, Points(sentences)])


@lru_cache(maxsize=MOST_COMPARED)
def outcome_of(run_id: str) -> tuple[Sequence[Measurement], str]:
    """Return what a finished run measured, and its sentence. Cached: neither changes, and reading parses all layers."""
    measured, itself = archive.measurements(run_id), archive.described(run_id)
    return measured, headline(archive.run(run_id).settings, measured, itself.labels if itself else ())


# -- what may be compared


def places(runs: Sequence[Run], cost: str) -> dict[Where, str]:
    """Return each place (test data and machine) at which a cost of these runs can be compared, with its name."""
    found: dict[Where, str] = {}
    for run in runs:
        for entry in rows.entries_of(run.id)[:1]:
            if place := entry.place(cost):
                found.setdefault(place, f"{dataset_info(run.settings.dataset).title}, {place.machine}")
    alike = [title for title in found.values() if list(found.values()).count(title) > 1]
    return {w: f"{title} ({w.data.rpartition(':')[2][:8]})" if title in alike else title for w, title in found.items()}


def warn_of_mixture(entries: Sequence[Entry]) -> None:
    """Say which figures of these runs cannot be compared."""
    data = {e.where.data for e in entries if e.where}
    machines = {e.where.machine for e in entries if e.where}
    notes = []
    if len(data) > 1:
        notes.append(
            f"These runs answer {len(data)} different sets of test examples: compare accuracies only within one set."
        )
    if len(machines) > 1:
        notes.append(
            f"They were timed in {len(machines)} places (recorded and imported runs count as elsewhere): compare "
            "latencies only within one place."
        )
    if notes:
        st.info(" ".join(notes), icon=":material/balance:")


# -- tables


def filtered(shown: Sequence[Entry], of: int, names: Mapping[str, str], front: Front | None) -> None:
    """Show the remaining variants and their number, and whether each is on the front if one is drawn."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{len(shown)} of {of} variants**", width="content")
        if len(shown) < of and st.button("Show all", icon=":material/filter_alt_off:", key="show_all"):
            _forget_filters()
            st.rerun()
        st.download_button(
            "Variants (CSV)",
            lambda: table.csv_of(comparison.raw(shown)),
            "variants.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    if not shown:
        st.info("None of the chosen runs' variants is in this selection.", icon=":material/filter_alt:")
    else:
        alt = f"Figures of {len(shown)} variants"
        table_view.show(comparison.variants(shown, names, front), alt, "variants", tables.TALLEST)


def _forget_filters() -> None:
    st.session_state[CLEARED] = st.session_state.get(CLEARED, 0) + 1
    for key in [k for k in st.session_state if str(k).startswith(RANGE)]:
        del st.session_state[key]


def side_by_side(runs: Sequence[Run], names: Mapping[str, str], entries: Sequence[Entry]) -> None:
    """Show settings and results of the runs in columns, with the rows that differ marked."""
    provenances = {run.id: archive.provenance(run.id) for run in runs}
    texts = comparison.side_by_side(runs, entries, provenances)
    differing = comparison.differing(texts)
    only = st.toggle(
        "Only what differs", value=True, key="only_differing", bind="query-params", persist_state="session"
    )
    if not differing:
        st.caption("These runs have equal settings and figures.")
    elif not only:
        st.caption("Marked rows differ between the runs.")
    rows, to_mark = ({row: texts[row] for row in differing}, []) if only and differing else (texts, differing)
    table_view.show(
        comparison.marked(rows, list(names.values()), to_mark), "Settings and results of the chosen runs", "settings"
    )
