"""Parts of the Results page: which run is open, and what is shown before anything is measured."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from simulator.catalog.models import MODELS
from simulator.data.own_data import dataset_info
from simulator.errors import RunNotFound
from simulator.figures import numbers
from simulator.runs import archive
from simulator.runs.database.store import ENDED, Run
from ui.following import live
from ui.following.story import Story
from ui.report import run as report
from ui.settings import fields
from ui.shell import routes
from ui.shell.guard import show_problem
from ui.shell.plain import literal
from ui.words import provenance

PLACE = "results"


def open_run() -> str | None:
    """Return the run in the URL, or the newest finished one, or a recorded one, after a choice among the others."""
    labels = {run.id: run_label(run) for run in archive.list_runs() if run.state == "finished" and not run.experiment}
    run_id = live.chosen_run(PLACE) or next(iter(labels), None)
    if run_id is None:
        return None
    st.session_state[live.LAST_RUN] = run_id
    with suppress(RunNotFound):  # the error is shown in place of its figures
        if run_id not in labels and (run := archive.run(run_id)).experiment:
            live.choose_run(PLACE, None)
            st.switch_page(live.page_of(run), query_params={live.RUN: run_id})
    options = list(labels) if run_id in labels else [run_id, *labels]
    if len(options) > 1:
        picked = st.selectbox(
            "Run",
            options,
            index=options.index(run_id),
            format_func=lambda i: labels.get(i, f"Run {i}"),
            key=f"pick_{run_id}",  # another run opened elsewhere must not meet the old choice
        )
        if picked != run_id:
            live.choose_run(PLACE, picked)
            st.rerun()
    return run_id


def run_label(run: Run) -> str:
    """Name a run in one line. Its time comes first, because a narrow box cuts off the end."""
    when = "Recorded" if run.origin == "recorded" else numbers.ago(run.created_at)
    return f"{when}: {summary_of(run)} ({run.id})"


def summary_of(run: Run) -> str:
    """Name a run's model and data, with the settings that matter most."""
    c = run.settings
    subject = f"{MODELS[c.model].title}, {dataset_info(c.dataset).title}"
    temperature, alpha = numbers.setting(c.temperature), numbers.setting(c.alpha)
    return f"{subject}, T {temperature}, alpha {alpha}, sparsity {fields.asked_sparsity(c)}"


def nothing_yet() -> None:
    """Say what to do on the first visit, if nothing is recorded."""
    st.info("No run has finished yet. Start one in the Lab.", icon=":material/science:")
    st.page_link(routes.LAB.path, label="Go to the Lab", icon=":material/science:")


def question(run: Run, story: Story) -> None:
    """Show what was run, the question that it answers, and where its numbers come from."""
    st.subheader(literal(report.title(run.settings)))
    st.markdown(report.question(run.settings))
    provenance.provenance_badge(story.provenance, run, compact=True)
    for sentence in report.kept_stages(story):
        st.caption(sentence)


def not_measured(run: Run) -> None:
    """Say why a run has no measurements, and link to its progress."""
    if run.state not in ENDED:
        st.info("This run is still under way. Its figures appear when it ends.", icon=":material/hourglass:")
        st.page_link(
            routes.LAB.path, label="Follow it in the Lab", icon=":material/science:", query_params={"run": run.id}
        )
    else:
        show_problem(run.message or f"The run was {run.state} before anything was measured.", run.advice)
        st.page_link(
            routes.LAB.path, label="See how far it got", icon=":material/science:", query_params={"run": run.id}
        )
