"""Pieces of the Home page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from simulator.catalog.models import MODELS
from simulator.data.own_data import dataset_info
from simulator.events import Variant
from simulator.runs.recorded import Recorded
from simulator.teaching.labs import LABS
from ui.figures.run import costs, curves
from ui.following import live
from ui.following.story import tell
from ui.kit import chart_view, section_view
from ui.report.sections import compression_tables, outcome_sentences
from ui.screens.guided_labs import sections as guided_labs
from ui.shell import routes
from ui.words import glossary, provenance


def pitch() -> None:
    """Explain the app in 30 seconds."""
    st.markdown(
        "Large networks are slow and heavy. **Knowledge distillation** lets a large *teacher* train a small *student*; "
        "**pruning** then removes what the student can do without. Here you do both, **for real**: pick one of four "
        "published models, move the sliders, press Run, and watch the losses fall while it happens."
    )
    glossary.explain(
        "Every number here was measured in a run. Numbers that were not measured are left out, or name their source.",
        "teacher", "student", "control", "sparsity",
    )  # fmt: skip


def begin_here() -> None:
    """Link to lab 1 or, once a lab has been started, to the list of labs."""
    known = st.session_state.get(guided_labs.KEPT)
    label, query = f"Start with lab 1: {LABS[0].title}", guided_labs.link_to(1, None)
    if known:
        label, query = "Continue your labs", guided_labs.own_link(known)
    with st.container(border=True):
        st.markdown("**New here? Begin with a guided lab.** Predict, measure and compare, one step per screen.")
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(label, type="primary", icon=":material/school:", key="begin_here"):
                st.switch_page(routes.GUIDED_LABS.path, query_params=query)
            st.caption(f"About {LABS[0].minutes} minutes, the first of {len(LABS)}.", width="content")


def ways_on() -> None:
    """Show three links for those who would rather explore."""
    st.markdown("Or explore on your own:")
    steps = [
        (
            routes.LAB.path,
            "1. Start a run",
            "Temperature, alpha, epochs, sparsity. The Lab estimates how long it will take.",
        ),
        (
            routes.RESULTS.path,
            "2. Read the result",
            "Accuracy, size and latency of teacher, control, distilled, pruned, recovered.",
        ),
        (routes.COMPARE.path, "3. Compare runs", "Change one thing, run again, and see what it did."),
    ]
    for place, (page, label, text) in zip(st.columns(3), steps, strict=True):
        with place, st.container(border=True, height="stretch"):
            st.page_link(page, label=f"**{label}**", icon=":material/arrow_forward:")
            st.caption(text)


def recorded_result(shipped: Sequence[Recorded]) -> None:
    """Show one of the recorded runs, chosen by model: its curves and its compression tables."""
    by_title = {
        f"{MODELS[r.run.settings.model].title} on {dataset_info(r.run.settings.dataset).title}": r for r in shipped
    }
    titles = list(by_title)
    title = st.pills(
        "Recorded run", titles, default=titles[0], required=True, key="home_run", label_visibility="collapsed"
    )
    one = by_title[title or titles[0]]
    provenance.provenance_badge(one.provenance, one.run)
    story = tell(enumerate(one.events, 1))
    left, right = st.columns(2)
    with left:
        st.markdown("**The student with and without the teacher**")
        st.caption("Hard loss: both against the true labels.")
        pair: tuple[Variant, ...] = ("control", "distilled")
        chart_view.show(
            curves.losses(story.losses, "hard", pair), "home_losses", curves.losses_alt(story.losses, "hard", pair)
        )
    with right:
        st.markdown("**Accuracy against size**")
        st.caption(f"Up and to the left is better. Bars: {costs.bars_of(one.measurements)}.")
        chart_view.show(costs.trade_off(one.measurements), "home_trade_off", costs.trade_off_alt(one.measurements))
    section_view.draw_parts([outcome_sentences(story), *compression_tables(one.measurements)])
    st.page_link(
        routes.RESULTS.path,
        label="Everything about this run",
        icon=":material/table_chart:",
        query_params={live.RUN: one.run.id},
    )


def no_recording() -> None:
    """Say that no recorded run is shipped, and link to the Lab."""
    st.info(
        "This copy of the app ships no recorded run yet, so there is nothing to show before your first one.",
        icon=":material/inventory_2:",
    )
    st.page_link(routes.LAB.path, label="Make the first one in the Lab", icon=":material/science:")
