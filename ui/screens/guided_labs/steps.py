"""The steps of a guided lab, one function each, in their order; the run and the checks have modules of their own."""

from __future__ import annotations

import streamlit as st

from simulator.teaching.labs import Evidence, Lab, evidence, progress
from simulator.teaching.labs.base import beside
from simulator.teaching.labs.progress import LabProgress
from ui.figures import table
from ui.following import live
from ui.kit import table_view
from ui.screens.guided_labs import check_step, run_step, summing_up
from ui.screens.guided_labs import sections as guided_labs
from ui.screens.guided_labs.sections import FIRST, MEASURED, PREDICTION, QUESTION, RUN, SECOND, TAKEAWAY, Place
from ui.screens.path import DEEPER
from ui.shell import routes
from ui.shell.guard import errors_shown
from ui.words import glossary
from ui.words.provenance import provenance_badge


def show(place: Place) -> None:
    """The step that is open."""
    if place.step <= PREDICTION:
        question(place.lab) if place.step == QUESTION else prediction(place)
    elif place.record is not None:
        if place.step == RUN:
            run_step.the_run(place, place.record)
        else:
            found = evidence(place.record.runs)
            match place.step:
                case _ if place.step == MEASURED:
                    measured(place, place.record, found)
                case _ if place.step in (FIRST, SECOND):
                    check_step.the_check(place, place.record, found, place.step - FIRST)
                    with st.expander("What was measured", expanded=True, icon=":material/table_chart:"):
                        figures(place, found)
                case _ if place.step == TAKEAWAY:
                    takeaway(place, place.record, found)


def question(lab: Lab) -> None:
    """The question, and what a student needs to know."""
    st.markdown(f"#### {lab.question}")
    st.markdown(lab.idea)
    glossary.explain(f"About {lab.minutes} minutes. The question mark explains the terms.", *lab.terms)


# -- the prediction


def prediction(place: Place) -> None:
    """The slider or the choice, and the button that commits to it; afterwards what was committed."""
    asked = place.lab.prediction
    st.markdown(f"#### {asked.text}")
    if place.record is not None:
        with_it = run_step.chosen(place.lab, place.record.settings)
        st.success(
            f"You committed to **{asked.shown(place.record.prediction)}**{with_it}. It stays as it is.",
            icon=":material/lock:",
        )
        return
    taken = {choice.setting: choose(place.lab, number) for number, choice in enumerate(place.lab.choices)}
    value = guess(place.lab)
    with errors_shown():
        if st.button("Commit to it", type="primary", icon=":material/lock:", key="lab_commit", disabled=value is None):
            commit(place, value, taken)
    st.caption("Once committed, a prediction cannot be changed. There is no mark for being right.")


def guess(lab: Lab) -> float | str | None:
    """What is predicted at the moment; None until something is chosen."""
    asked, key = lab.prediction, f"guess_{lab.name}"
    if asked.options:
        picked: str | None = st.radio(
            "Your prediction",
            list(asked.options),
            index=None,
            format_func=lambda option: asked.options[option],
            key=key,
            label_visibility="collapsed",
        )
        return picked
    value = st.slider("Your prediction", asked.low, asked.high, asked.start, asked.step, format="%g", key=key)
    st.markdown(f"You say **{asked.shown(float(value))}**.")
    return float(value)


def choose(lab: Lab, number: int) -> float:
    """A setting that this lab leaves to the student."""
    choice = lab.choices[number]
    value = st.segmented_control(
        choice.label,
        choice.values,
        default=choice.start,
        required=True,
        format_func=choice.form,
        key=f"choice_{lab.name}_{choice.setting}",
    )
    return choice.start if value is None else float(value)


def commit(place: Place, value: float | str | None, taken: dict[str, float]) -> None:
    """Store the prediction; a student's first one creates the progress."""
    if value is None:
        return
    known = place.progress or progress.new_id()
    progress.commit(known, place.lab, value, taken)
    guided_labs.keep(known)
    guided_labs.go_to(RUN)
    st.rerun()


# -- the result


def measured(place: Place, record: LabProgress, found: Evidence) -> None:
    """The measured answer beside the prediction."""
    answer = place.lab.answer(found)
    asked = place.lab.prediction
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.markdown("**You said**")
        st.markdown(f"#### {asked.shown(record.prediction)}")
    with right, st.container(border=True, height="stretch"):
        st.markdown("**Measured**")
        st.markdown(f"#### {asked.shown(answer.value)}")
        st.caption(answer.basis)
    st.markdown(beside(asked, record.prediction, answer))
    st.markdown(answer.sentence)
    glossary.explain("How sure is that?", "95 % interval", "p", "n", "seed", "within noise")
    figures(place, found)


def figures(place: Place, found: Evidence) -> None:
    """The table, and where it comes from."""
    table_view.show(
        table.of(place.lab.table(found), sortable=False),
        f"Measured in lab {place.number}: {place.lab.title}",
        "measured",
    )
    st.caption("Differences are taken before the figures are rounded.")
    badges = {}  # two runs of one day on one machine need one badge
    for seen in found:
        provenance = live.story_of(seen.run.id).provenance
        badges[seen.run.origin, provenance and (provenance.device, provenance.recorded_at[:10])] = provenance, seen.run
    for provenance, run in badges.values():
        provenance_badge(provenance, run, compact=True)
    if any(seen.run.origin == "recorded" for seen in found):
        st.caption(
            "These figures were recorded earlier, on another machine or another day. "
            "They do not come from a run of yours."
        )


def takeaway(place: Place, record: LabProgress, found: Evidence) -> None:
    """What this run showed, and did not show; how the checks went; where to continue."""
    for sentence in place.lab.takeaway(found):
        st.markdown(f"- {sentence}")
    st.markdown(f"**Your checks.** {check_step.in_words(record)}")
    st.markdown(beside(place.lab.prediction, record.prediction, place.lab.answer(found)))
    if place.progress is not None:
        summing_up.show(place.progress)
    with st.container(horizontal=True):
        deeper = routes.ROUTES[DEEPER[place.lab.name]]
        st.page_link(deeper.path, label=f"Go deeper: {deeper.title}", icon=":material/explore:")
        for seen in found:
            target = routes.EXPERIMENTS.path if seen.run.experiment else routes.RESULTS.path
            st.page_link(
                target,
                label=f"Everything about run {seen.run.id}",
                icon=":material/table_chart:",
                query_params={live.RUN: seen.run.id},
            )
