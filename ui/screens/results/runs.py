"""Parts of the Runs page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from simulator.errors import UnreadableRun
from simulator.figures import numbers
from simulator.runs import archive, history, notes, service
from simulator.runs.database.store import ENDED, Run
from simulator.runs.history.file import LARGEST_BYTES
from simulator.runs.records import Unreadable
from ui.figures.run import tables
from ui.figures.table import Cell
from ui.following import live
from ui.kit import table_view
from ui.screens.results import open_run
from ui.settings import controls
from ui.shell import routes
from ui.shell.guard import errors_shown
from ui.shell.plain import code_span, literal

MOST_LISTED = 200
MOST_UNREADABLE = 20
TICKED, FORGOTTEN = "ticked_runs", "ticks_forgotten"
TALLEST = 420
"""Height of the table in pixels: the buttons below it stay in view."""

IMPORTED = "imported_runs"


def listing() -> list[Run]:
    """Return all runs, the newest first, by when they were made, wherever that was; the recorded ones last."""
    newest = sorted(archive.list_runs(), key=lambda run: run.created_at, reverse=True)
    return sorted(newest, key=lambda run: run.origin == "recorded")


def nothing_yet() -> None:
    """Say what to do if there are no runs."""
    st.info("There are no runs yet. Start one in the Lab.", icon=":material/science:")
    st.page_link(routes.LAB.path, label="Go to the Lab", icon=":material/science:")


@st.cache_data(max_entries=2 * MOST_LISTED, show_spinner=False)
def finished_headline(run_id: str) -> tuple[Cell, Cell] | None:
    """Return the headline figures of a finished run; None if they cannot be read.

    They never change, and each reading parses all of its layers.
    """
    try:
        return tables.headline(archive.measurements(run_id))
    except UnreadableRun:
        return None


def tickable(runs: Sequence[Run]) -> list[Run]:
    """Show runs, the first of them if they are many, one per row; return those that are ticked."""
    listed = runs[:MOST_LISTED]
    st.caption("Tick one to open it, run it again or delete it. Tick two or more finished ones to compare them.")
    if len(listed) < len(runs):
        st.caption(f"Listed: the newest {MOST_LISTED} of {numbers.whole(len(runs))}. A filter finds older ones.")
    ids = [run.id for run in listed]
    headlines = {run.id: finished_headline(run.id) for run in listed if run.state == "finished"}
    ticked = table_view.tick(
        tables.run_rows(listed, headlines, notes.notes_of(ids)),
        "Runs with state, settings and results",
        f"runs_{st.session_state.get(FORGOTTEN, 0)}",
        ids,
        st.session_state.get(TICKED, ()),
        TALLEST,
    )
    st.session_state[TICKED] = ticked
    return [run for run in listed if run.id in ticked]


def actions(selected: Sequence[Run]) -> None:
    """Show the buttons for the ticked runs."""
    one = selected[0] if len(selected) == 1 else None
    under_way = [run for run in selected if run.state not in ENDED]
    removable = [run for run in selected if run.state in ENDED and run.origin != "recorded"]
    with st.container(horizontal=True):
        if st.button("Open", icon=":material/open_in_new:", disabled=one is None, key="open_run") and one:
            forget_ticks()
            page = routes.RESULTS.path if one.state == "finished" and not one.experiment else live.page_of(one)
            st.switch_page(page, query_params={"run": one.id})
        compared = [run.id for run in selected if run.state == "finished" and not run.experiment]
        if st.button("Compare", icon=":material/compare_arrows:", disabled=len(compared) < 2, key="compare_runs"):
            forget_ticks()
            st.switch_page(routes.COMPARE.path, query_params={"runs": ",".join(compared)})
        again = st.button("Run again", icon=":material/replay:", disabled=one is None, key="rerun_run")
        cancel = st.button("Cancel", icon=":material/stop:", disabled=not under_way, key="cancel_runs")
        delete = f"Delete {len(removable)} runs" if len(removable) > 1 else "Delete"
        if st.button(delete, icon=":material/delete:", disabled=not removable, key="delete_runs"):
            confirm_delete(removable, sum(run.origin == "recorded" for run in selected))
    with errors_shown():
        if again and one:
            new = service.rerun(one.id)
            forget_ticks()
            if not one.experiment:
                controls.take(one.settings)  # the Lab then shows the settings of the run that it follows
            st.switch_page(live.page_of(one), query_params={"run": new})
        if cancel:
            for run in under_way:
                service.cancel(run.id)
            st.rerun()


def forget_ticks() -> None:
    """Clear the ticks, so that one out of view does not join the next choice."""
    st.session_state.pop(TICKED, None)
    st.session_state[FORGOTTEN] = st.session_state.get(FORGOTTEN, 0) + 1


@st.dialog("Delete for good?", icon=":material/delete:")
def confirm_delete(removable: Sequence[Run], recorded: int) -> None:
    """Ask before events, figures and weights are deleted; ticked recorded runs are kept."""
    st.markdown("\n".join(f"- {literal(open_run.run_label(run))}" for run in removable))
    st.markdown("Their curves, figures and weights are deleted. This cannot be undone.")
    if recorded:
        st.caption(f"{numbers.several(recorded, 'recorded run').capitalize()} cannot be deleted.")
    with st.container(horizontal=True):
        if st.button(f"Delete {len(removable)}", key="really_delete"):
            with errors_shown():
                for run in removable:
                    service.delete(run.id)
                forget_ticks()
                st.rerun()
        if st.button("Keep", type="primary", key="keep_runs"):
            st.rerun()


def unreadable() -> None:
    """List the stored runs that cannot be read, each with the reason and a button to delete it."""
    found = archive.unreadable_runs()
    if not found:
        return
    with st.expander(
        f"Unreadable: {numbers.several(len(found), 'run')}", icon=":material/broken_image:", expanded=True
    ):
        st.caption(
            "Their stored data is damaged, or from another version of this app. They can only be cancelled and deleted."
        )
        for number, run in enumerate(found[:MOST_UNREADABLE]):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{code_span(run.id)}, {literal(run.state)}: {literal(run.reason)}", width="stretch")
                if run.state == "running":
                    _cancel_unreadable(run, number)
                elif st.button("Delete", icon=":material/delete:", key=f"delete_unreadable_{number}"):
                    confirm_delete_unreadable(run)
        if len(found) > MOST_UNREADABLE:
            st.caption(f"and {numbers.whole(len(found) - MOST_UNREADABLE)} more")


def _cancel_unreadable(run: Unreadable, number: int) -> None:
    """Offer to stop it: once it has ended, it can be deleted."""
    with errors_shown():
        if st.button("Cancel", icon=":material/stop:", key=f"cancel_unreadable_{number}"):
            service.cancel(run.id)
            st.toast("Cancelling. You can delete it once it has ended.", icon=":material/stop:")


@st.dialog("Delete for good?", icon=":material/delete:")
def confirm_delete_unreadable(run: Unreadable) -> None:
    """Ask before an unreadable run is deleted."""
    st.markdown(f"Run {code_span(run.id)}, with everything stored for it. This cannot be undone.")
    with st.container(horizontal=True):
        if st.button("Delete", key="really_delete_unreadable"):
            with errors_shown():
                service.delete(run.id)
                st.rerun()
        if st.button("Keep", type="primary", key="keep_unreadable"):
            st.rerun()


def keep_and_bring_back() -> None:
    """Offer the history of runs as files, for servers whose disks do not last, and read such files back."""
    with st.expander("Save your runs, or restore them", icon=":material/save:"):
        groups = _parts(tuple(run.id for run in history.ended_runs()))
        form = "one JSON file" if len(groups) == 1 else f"{len(groups)} JSON files, the oldest runs in the first"
        st.caption(
            f"Settings, curves, figures and notes of all readable runs that have ended, as {form}. Weights and own "
            f"data are not included. Files of up to {numbers.size(LARGEST_BYTES)} can be restored."
        )
        with st.container(horizontal=True):
            for number, ids in enumerate(groups, 1):
                st.download_button(
                    "All runs (JSON)" if len(groups) == 1 else f"Runs, part {number} of {len(groups)} (JSON)",
                    partial(history.export_history, ids),
                    "runs.json" if len(groups) == 1 else f"runs-{number}-of-{len(groups)}.json",
                    "application/json",
                    icon=":material/download:",
                    on_click="ignore",
                    key=f"export_runs_{number}",
                )
        file = st.file_uploader(
            "Restore runs from a file", type="json", max_upload_size=LARGEST_BYTES // 10**6, key="history_file"
        )
        if st.button("Add its runs", icon=":material/upload:", disabled=file is None, key="import_history") and file:
            with errors_shown():
                st.session_state.pop(IMPORTED, None)
                st.session_state[IMPORTED] = history.import_history(file.getvalue())
                st.rerun()
        _show_imported(st.session_state.get(IMPORTED))


@st.cache_data(max_entries=8, show_spinner=False)
def _parts(ids: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Group the runs by file. Cached, because measuring them reads all their events, which no longer change."""
    return history.parts(ids)


def _show_imported(imported: history.Imported | None) -> None:
    if imported is None:
        return
    left_out = (
        f" Notes left out because their runs are not here: {imported.notes_left_out}."
        if imported.notes_left_out
        else ""
    )
    st.success(
        f"Runs added: {imported.added}. Already here: {imported.already_here}.{left_out}", icon=":material/check:"
    )
