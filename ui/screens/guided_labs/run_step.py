"""The run step of a guided lab: a new run, or the recorded one."""

from __future__ import annotations

import streamlit as st

from simulator.config.run import RunConfig
from simulator.experiments.config import ExperimentConfig
from simulator.figures import numbers
from simulator.runs import archive, recorded, service
from simulator.runs.records import ENDED, Run
from simulator.teaching.labs import Lab, progress
from simulator.teaching.labs.progress import LabProgress
from ui.following import live
from ui.screens.experiments import sections as experiments
from ui.screens.guided_labs.sections import Place
from ui.screens.lab.run_bar import forecast_words
from ui.settings import fields
from ui.shell.guard import errors_shown
from ui.words import provenance


def the_run(place: Place, record: LabProgress) -> None:
    """Start the run or take the recorded one, follow it, and offer another if it failed."""
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
        if place.has_finished and not record.checks:
            with st.expander("Another run instead", icon=":material/replay:"):
                offer(place, record)


def difference(run: Run) -> str:
    """What one of several runs removes."""
    return fields.shown("pruning", run.settings.pruning)


def offer(place: Place, record: LabProgress) -> None:
    """Offer a new run with its cost, and the recorded run with its origin."""
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


def cost(configs: tuple[RunConfig | ExperimentConfig, ...]) -> str:
    """The cost of all runs together; the memory is that of one, because they run one after the other."""
    expected = [service.forecast(config) for config in configs]
    whole = expected[0].model_copy(
        update={
            "seconds": sum(f.seconds for f in expected),
            "peak_memory_mb": max(f.peak_memory_mb for f in expected),
            "kept": tuple(stage for stage in expected[0].kept if all(stage in f.kept for f in expected)),
        }
    )
    words = forecast_words(whole)
    return f"Real training on this machine: {words}" + (", two runs." if len(configs) > 1 else ".")


def recorded_words(one: recorded.Recorded, guided: Lab) -> str:
    """When and where it was recorded, and with which settings if the lab offers a choice."""
    text = f"A real run, recorded on {one.provenance.device}, {numbers.day(one.provenance.recorded_at)}."
    if guided.choices:
        taken = {choice.setting: float(getattr(one.run.settings, choice.setting)) for choice in guided.choices}
        text += f" Its settings may differ from yours{chosen(guided, taken)}."
    return text


def take(place: Place, run_ids: list[str] | tuple[str, ...]) -> None:
    """Use these runs for the answer."""
    if place.progress is not None:
        progress.take_runs(place.progress, place.lab, run_ids)
        st.rerun()


def follow(run: Run) -> None:
    """Show a run while it is under way and its curves afterwards; for an experiment, its cells."""
    if run.origin == "recorded":
        provenance.provenance_badge(live.story_of(run.id).provenance, run, compact=True)
    if run.experiment is None:
        live.follow(run)
        return
    live.repeatedly(_experiment, run, "follow_lab_experiment")(run.id, live.shown(run))


@errors_shown()  # it may run without the page around it
def _experiment(run_id: str, page_shows: live.Shown) -> None:
    run, story = archive.run(run_id), live.story_of(run_id)
    if live.shown(run) != page_shows:
        st.rerun()  # the whole page: Next is now enabled
    experiments.progress(run, story)
    if run.experiment is not None and run.state != "queued":
        experiments.picture(run.experiment, story)


def chosen(guided: Lab, taken: dict[str, float]) -> str:
    """ " (width 50.0 %, ...)"; empty if the lab offers no choice."""
    settings = [f"{choice.label.lower()}: {choice.form(taken[choice.setting])}" for choice in guided.choices]
    return f" ({', '.join(settings)})" if settings else ""
