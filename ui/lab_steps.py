"""The steps of a guided lab: a function a step, in their order."""

from __future__ import annotations

import streamlit as st

from simulator import recorded, service
from simulator.config import RunConfig
from simulator.labs import Evidence, Lab, evidence, progress
from simulator.labs.base import beside
from simulator.labs.progress import LabProgress
from simulator.quiz.sitting import Sitting
from simulator.records import ENDED, Run, RunState
from simulator.studies.config import StudyConfig
from ui import guided_labs, lab, live, quiz, settings, studies, tables, teach, words
from ui.guard import errors_shown
from ui.guided_labs import FIRST, MEASURED, PREDICTION, QUESTION, RUN, SECOND, TAKEAWAY, Place


def show(place: Place) -> None:
    """The step that is open."""
    if place.step <= PREDICTION:
        question(place.lab) if place.step == QUESTION else prediction(place)
    elif place.record is not None:
        if place.step == RUN:
            the_run(place, place.record)
        else:
            found = evidence(place.record.runs)
            match place.step:
                case _ if place.step == MEASURED:
                    measured(place, place.record, found)
                case _ if place.step in (FIRST, SECOND):
                    check(place, place.record, found, place.step - FIRST)
                case _ if place.step == TAKEAWAY:
                    takeaway(place, place.record, found)


def question(it: Lab) -> None:
    """What is asked, and what one needs to know."""
    st.markdown(f"#### {it.question}")
    st.markdown(it.idea)
    st.caption(f"About {it.minutes} minutes. The run can also be taken from a recording.")


# -- the prediction


def prediction(place: Place) -> None:
    """The slider or the choice, and the button that commits to it; afterwards what was committed."""
    asked = place.lab.prediction
    st.markdown(f"#### {asked.text}")
    if place.record is not None:
        st.success(
            f"You committed to **{asked.shown(place.record.prediction)}**{chosen(place.lab, place.record.settings)}. "
            "It stays as it is.",
            icon=":material/lock:",
        )
        return
    taken = {choice.setting: choose(place.lab, number) for number, choice in enumerate(place.lab.choices)}
    value = guess(place.lab)
    with errors_shown():
        if st.button("Commit to it", type="primary", icon=":material/lock:", key="lab_commit", disabled=value is None):
            commit(place, value, taken)
    st.caption("Once committed, a prediction cannot be changed. There is no mark for being right.")


def guess(it: Lab) -> float | str | None:
    """What is predicted at the moment; None until something was chosen."""
    asked, key = it.prediction, f"guess_{it.name}"
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


def choose(it: Lab, number: int) -> float:
    """A setting that this lab leaves to the student."""
    choice = it.choices[number]
    value = st.segmented_control(
        choice.label,
        choice.values,
        default=choice.start,
        required=True,
        format_func=choice.form,
        key=f"choice_{it.name}_{choice.setting}",
    )
    return choice.start if value is None else float(value)


def commit(place: Place, value: float | str | None, taken: dict[str, float]) -> None:
    """Store the prediction; the first one of a student makes the progress."""
    if value is None:
        return
    known = place.progress or progress.new_id()
    progress.commit(known, place.lab, value, taken)
    guided_labs.keep(known)
    guided_labs.go_to(RUN)
    st.rerun()


def chosen(it: Lab, taken: dict[str, float]) -> str:
    """ " (width 50.0 %, ...)"; nothing where the lab leaves nothing to choose."""
    said = [f"{choice.label.lower()}: {choice.form(taken[choice.setting])}" for choice in it.choices]
    return f" ({', '.join(said)})" if said else ""


# -- the run


def the_run(place: Place, record: LabProgress) -> None:
    """Start it, or take the recorded one; follow it; run it again if it broke."""
    st.markdown(f"**Look for:** {place.lab.watch}")
    with errors_shown():
        if not place.wanted:
            offer(place, record)
            return
        if len(place.runs) < place.wanted:
            st.warning("A run of this lab was deleted.", icon=":material/delete:")
            offer(place, record)
            return
        ended = [run for run in place.runs if run.state in ENDED and run.state != "finished"]
        under_way = [run for run in place.runs if run.state not in ENDED]
        if ended:
            offer(place, record)
        elif under_way and st.button(
            "Stop, and take the recorded run", icon=":material/inventory_2:", key="lab_switch"
        ):
            for run in under_way:
                service.cancel(run.id)
            take(place, place.lab.recorded)
        one = (ended or under_way or place.runs[-1:])[0]
        if place.wanted > 1:
            st.caption(f"Run {place.runs.index(one) + 1} of {place.wanted}: {difference(one)}")
        follow(one)


def difference(run: Run) -> str:
    """What a run of several removes."""
    return settings.shown("pruning", run.settings.pruning)


def offer(place: Place, record: LabProgress) -> None:
    """Both ways to a result, with what they cost and what they are."""
    configs = place.lab.configs(record.settings)
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.markdown("**Run it now**")
        st.caption(cost(configs))
        if st.button("Run", type="primary", icon=":material/play_arrow:", key="lab_run"):
            take(place, [service.submit(config) for config in configs])
    with right, st.container(border=True, height="stretch"):
        st.markdown("**No time? Take the recorded run**")
        shipped = [one for one in map(recorded.find, place.lab.recorded) if one is not None]
        if len(shipped) < len(place.lab.recorded):
            st.caption("This copy of the app ships no recorded run for this lab.")
            return
        st.caption(recorded_words(shipped[0], place.lab))
        if st.button("Take the recorded run", icon=":material/inventory_2:", key="lab_recorded"):
            take(place, place.lab.recorded)


def cost(configs: tuple[RunConfig | StudyConfig, ...]) -> str:
    """What the runs will take, together; the memory is that of one, for they run one after the other."""
    expected = [service.forecast(config) for config in configs]
    whole = expected[0].model_copy(
        update={
            "seconds": sum(f.seconds for f in expected),
            "peak_memory_mb": max(f.peak_memory_mb for f in expected),
        }
    )
    said = lab.forecast_words(whole)
    return f"Real training on this machine: {said}" + (", two runs." if len(configs) > 1 else ".")


def recorded_words(one: recorded.Recorded, it: Lab) -> str:
    """When and where it was recorded, and with which settings where the student had a choice."""
    said = f"A real run, recorded on {one.provenance.device}, {words.day(one.provenance.recorded_at)}."
    if it.choices:
        taken = {choice.setting: float(getattr(one.run.settings, choice.setting)) for choice in it.choices}
        said += f" Its settings may not be yours{chosen(it, taken)}."
    return said


def take(place: Place, run_ids: list[str] | tuple[str, ...]) -> None:
    """Let the answer come from these runs."""
    if place.progress is not None:
        progress.take_runs(place.progress, place.lab, run_ids)
        st.rerun()


def follow(run: Run) -> None:
    """A run while it is under way, and its curves afterwards; of a study, its cells."""
    if run.origin == "recorded":
        teach.provenance_badge(live.story_of(run.id).provenance, run, compact=True)
    if run.study is None:
        live.follow(run)
        return
    every = None if run.state in ENDED else live.EVERY_SECONDS
    st.fragment(_study, run_every=every, key="follow_lab_study")(run.id, run.state)


@errors_shown()  # the timer runs it without its page around it
def _study(run_id: str, page_shows: RunState) -> None:
    run, story = service.run(run_id), live.story_of(run_id)
    if run.state != page_shows:
        st.rerun()  # the whole page: the way forward opens
    live.headline(run, story)
    if run.state == "running":
        studies.progress(story)
    if run.study is not None:
        studies.picture(run.study, story)


# -- what came out


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
    figures(place, found)


def figures(place: Place, found: Evidence) -> None:
    """The table, and where it comes from."""
    st.dataframe(place.lab.table(found), hide_index=True, alt=f"Measured in lab {place.number}: {place.lab.title}")
    st.caption(tables.SIDEWAYS)
    for seen in found:
        teach.provenance_badge(live.story_of(seen.run.id).provenance, seen.run, compact=True)
    if any(seen.run.origin == "recorded" for seen in found):
        st.caption(
            "These figures were recorded earlier, on another machine or another day. They are not of a run of yours."
        )


def check(place: Place, record: LabProgress, found: Evidence, number: int) -> None:
    """One of the two questions; once answered, its explanation."""
    asked = sitting(place, record, found)
    it = asked.questions[number]
    st.markdown(f"#### {it.text}")
    if number < len(record.answers):
        quiz.judge(it, record.answers[number])
    elif place.progress is not None:
        answer = quiz.answer_form(asked, it)
        with errors_shown():
            if answer is not None:
                progress.answer(place.progress, place.lab, number, answer)
                guided_labs.go_to(place.step)
                st.rerun()
    with st.expander("What was measured", expanded=True, icon=":material/table_chart:"):
        figures(place, found)


def sitting(place: Place, record: LabProgress, found: Evidence) -> Sitting:
    """Both questions with the answers until now; the progress decides the order of the options."""
    return Sitting(int((place.progress or "0")[:8], 16), place.lab.questions(found), record.answers)


def takeaway(place: Place, record: LabProgress, found: Evidence) -> None:
    """What this run showed, and did not show; the score; where to go on."""
    for sentence in place.lab.takeaway(found):
        st.markdown(f"- {sentence}")
    asked = sitting(place, record, found)
    st.markdown(f"**Checks: {asked.score} of {len(asked.questions)} right.**")
    st.markdown(beside(place.lab.prediction, record.prediction, place.lab.answer(found)))
    with st.container(horizontal=True):
        page, label = place.lab.screen
        st.page_link(page, label=label, icon=":material/explore:")
        for seen in found:
            target = "pages/studies.py" if seen.run.study else "pages/results.py"
            st.page_link(
                target,
                label=f"Everything about run {seen.run.id}",
                icon=":material/table_chart:",
                query_params={live.RUN: seen.run.id},
            )
