"""Pieces of the Home page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from simulator.catalog.models import DEFAULT_MODEL, MODELS
from simulator.data.own_data import dataset_info
from simulator.events import RunFinished, Variant
from simulator.figures import numbers
from simulator.runs.recorded import Recorded
from simulator.teaching.labs import LABS
from ui.figures.run import costs, curves
from ui.following import live, playback
from ui.following.story import tell
from ui.kit import chart_view, section_view
from ui.report.sections import compression_tables, outcome_sentences
from ui.screens.guided_labs import sections as guided_labs
from ui.shell import routes
from ui.shell.plain import literal
from ui.shell.routes import LESSONS
from ui.words import glossary, provenance


def pitch() -> None:
    """Say what the app is, in ten seconds, and where to begin."""
    st.markdown("### Watch a teacher teach a student, then cut the student down")
    st.markdown(
        "A large network, the *teacher*, trains a small one, the *student*: **distillation**. **Pruning** then removes "
        "the weights that the student can do without. Here you do both **for real**, with sliders."
    )
    if st.button("Start a run of your own", type="primary", icon=":material/play_arrow:", key="begin_here"):
        st.switch_page(routes.LAB.path)


def hero(shipped: Sequence[Recorded]) -> None:
    """Play a recorded run, and say which one it is and how long it took."""
    one = next((each for each in shipped if each.run.settings.model == DEFAULT_MODEL), shipped[0])
    playback.show(one, "home_playback")
    seconds = next((event.seconds for event in one.events if isinstance(event, RunFinished)), None)
    took = f" It took {numbers.duration(seconds)}; here it is played faster." if seconds else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"A real run: {literal(_title(one))}, recorded on {literal(one.provenance.device)}, "
            f"{numbers.day(one.provenance.recorded_at)}.{took} "
            "The recording says how many weights each layer loses, not which.",
            width="stretch",
        )
        st.page_link(
            routes.RESULTS.path,
            label="Its results",
            icon=routes.RESULTS.icon,
            query_params={live.RUN: one.run.id},
            width="content",
        )


def path_to_walk() -> None:
    """Show the path through lessons, guided labs and the quiz, and where a student's labs go on."""
    lessons, labs, questions = st.columns(3)
    with lessons, st.container(border=True, height="stretch"):
        st.markdown("**1. See the ideas**")
        st.caption(f"{len(LESSONS)} short lessons with sliders and real numbers.")
        st.page_link(LESSONS[0].path, label=f"Lesson 1: {LESSONS[0].title}", icon=":material/menu_book:")
    with labs, st.container(border=True, height="stretch"):
        st.markdown("**2. Measure them yourself**")
        st.caption(f"{len(LABS)} guided labs: predict, run, compare. The first takes about {LABS[0].minutes} minutes.")
        known = st.session_state.get(guided_labs.KEPT)
        label, query = f"Start with lab 1: {LABS[0].title}", guided_labs.link_to(1, None)
        if known:
            label, query = "Continue your labs", guided_labs.own_link(known)
        st.page_link(routes.GUIDED_LABS.path, label=label, icon=routes.GUIDED_LABS.icon, query_params=query)
    with questions, st.container(border=True, height="stretch"):
        st.markdown("**3. Test what you know**")
        st.caption("Questions on everything, or on one of your own runs.")
        st.page_link(routes.QUIZ.path, label="Quiz", icon=routes.QUIZ.icon)


def _title(one: Recorded) -> str:
    return f"{MODELS[one.run.settings.model].title} on {dataset_info(one.run.settings.dataset).title}"


def recorded_result(shipped: Sequence[Recorded]) -> None:
    """Show one of the recorded runs, chosen by model: its curves and its compression tables."""
    glossary.explain(
        "Every number here was measured in a run. Numbers that were not measured are left out, or name their source.",
        "teacher", "student", "control", "sparsity",
    )  # fmt: skip
    by_title = {_title(one): one for one in shipped}
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
