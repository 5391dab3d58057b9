"""The part of the Lab beside its controls: the forecast, the buttons, and the open run."""

from __future__ import annotations

import streamlit as st

from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig
from simulator.config.settings import SETTINGS
from simulator.data import availability
from simulator.data.own_data import dataset_info
from simulator.errors import SimulatorError
from simulator.events import STAGES
from simulator.experiments.config import ExperimentConfig
from simulator.figures import numbers
from simulator.runs import archive, service
from simulator.runs.database.store import ENDED, Forecast, Run
from ui.following import live
from ui.following.story import STAGE_TITLES, STAGE_WORDS
from ui.kit import section_view
from ui.report.sections import compression_tables, outcome_sentences
from ui.screens import model_cards
from ui.screens.results import take_home
from ui.settings import controls, fields
from ui.shell import routes
from ui.shell.guard import errors_shown, show_problem
from ui.shell.plain import literal
from ui.words import glossary, provenance

PLACE = "lab"
ANEW = "train_anew"


def data_state(config: RunConfig) -> None:
    """Show one line on the data: what it is, and whether it is available here."""
    data = dataset_info(config.dataset)
    state = availability.data_state_soon(data.name) if data.needs_internet else "here"
    text = f"{data.summary} {len(data.class_names)} classes."
    if data.needs_internet:
        availabilities = {"cached": "Downloaded already.", "reachable": "Downloaded on first use."}
        text += " " + availabilities.get(
            state or "", "**Needs internet:** it cannot be reached from here." if state else "Needs internet."
        )
    st.caption(text)
    if state == "not reachable":
        model_cards.not_reachable()


def open_run() -> Run | None:
    """Return the run in the URL or the last one of this session. If it is gone, say so and close it."""
    run_id = live.chosen_run(PLACE)
    if run_id is None:
        return None
    with errors_shown():
        run = archive.run(run_id)
        if run.experiment is None:
            return run
        st.switch_page(live.page_of(run), query_params={live.RUN: run.id})
    live.choose_run(PLACE, None)
    return None


def way_to_experiments() -> None:
    """Link to the experiments, whether a run is open or not."""
    st.page_link(routes.EXPERIMENTS.path, label="Or answer a question with many students", icon=":material/biotech:")


def run_bar(config: RunConfig, run: Run | None) -> None:
    """Show what a run with these settings will cost, and the Run button.

    Args:
        run: The open run.
    """
    st.markdown(f"**{MODELS[config.model].title}** on **{literal(dataset_info(config.dataset).title)}**")
    anew = st.session_state.get(ANEW, False)
    forecast = _forecast(config, anew)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Run", type="primary", icon=":material/play_arrow:", key="run_button", disabled=forecast is None
        )
        if forecast is not None:
            st.caption(forecast_words(forecast))
    st.toggle(
        "Train everything anew",
        key=ANEW,
        help="Otherwise a run takes over every stage that an earlier run carried out with equal settings, data and "
        "versions. The result is the same; latency is always measured in the run itself.",
    )
    with errors_shown():
        if pressed and not is_under_way(run, config):
            live.choose_run(PLACE, service.submit(config, anew=anew))
            controls.forget_notes()
            st.rerun()


def is_under_way(run: Run | None, config: RunConfig | ExperimentConfig) -> bool:
    """Tell whether the open run has these settings and has not ended; if so, say it on the screen.

    While a busy server answers slowly, people press Run again and again.
    """
    same = run is not None and run.state not in ENDED and run.config == config
    if same:
        st.toast("The open run has these settings already, and has not ended.", icon=":material/hourglass:")
    return same


def _forecast(config: RunConfig, anew: bool) -> Forecast | None:
    try:
        return service.forecast(config, anew)
    except SimulatorError as error:
        show_problem(error.message, error.advice)
        return None


def forecast_words(forecast: Forecast) -> str:
    """Say about how long a run takes, how much memory it needs, and what that is based on."""
    basis = "an estimate, if the machine is otherwise idle" if forecast.basis == "estimate" else "from recent runs here"
    memory = numbers.size(forecast.peak_memory_mb * 2**20)
    stages = [STAGE_TITLES[stage].lower() for stage in forecast.kept]
    kept = f"; kept: teacher, {', '.join(stages)}" if stages else ""
    return f"about {numbers.duration(forecast.seconds)}, {memory} of memory ({basis}){kept}"


def what_will_happen() -> None:
    """List the seven stages before the first run, so that the page is not empty and nothing is a surprise."""
    with st.container(border=True):
        st.markdown("**When you press Run, this happens for real, on this machine:**")
        st.markdown("\n".join(f"1. **{STAGE_TITLES[stage]}.** {STAGE_WORDS[stage]}" for stage in STAGES))
        glossary.explain(
            "The control is what makes the comparison fair: without it nobody could say that the teacher helped.",
            "teacher", "student", "control", "distilled", "pruned", "recovered",
        )  # fmt: skip
    st.caption("The run continues on the server: meanwhile you can move the sliders, change the page or close the tab.")


def show_run(run: Run, config: RunConfig) -> None:
    """Show the open run: its settings if they differ from the sliders, its progress, and its result."""
    _which(run, config)
    if run.state not in ENDED:
        _cancel(run)
    live.follow(run)
    with st.expander("Your notes", icon=":material/edit_note:", key="notes"):
        take_home.write_notes(run)
    if run.state not in ENDED:
        return
    measured = archive.measurements(run.id)
    if measured:
        provenance.provenance_badge(live.story_of(run.id).provenance, run, compact=True)
        story = live.story_of(run.id)
        section_view.draw_parts([outcome_sentences(story), *compression_tables(measured)])
        st.page_link(
            routes.RESULTS.path,
            label="All results of this run",
            icon=":material/table_chart:",
            query_params={"run": run.id},
        )
    if run.state != "finished" and st.button("Run again", icon=":material/replay:", key="again_button"):
        live.choose_run(PLACE, service.rerun(run.id))
        st.rerun()


def _cancel(run: Run) -> None:
    """Stop the open run."""
    with errors_shown():
        if st.button("Cancel this run", icon=":material/stop:", key="cancel_button"):
            service.cancel(run.id)
            st.toast("Cancelling. What has been measured so far is kept.", icon=":material/stop:")


def _which(run: Run, config: RunConfig) -> None:
    """Say so if the open run was started with settings other than those that the sliders show."""
    live.open_here()
    changed = [name for name in RunConfig.model_fields if getattr(run.settings, name) != getattr(config, name)]
    if changed:
        listed = ", ".join(f"{SETTINGS[n].title}: {fields.written(n, run.settings)}" for n in changed)
        st.caption(f"This run's settings differ from the controls: {literal(listed)}.")
        st.button(
            "Set the controls to this run",
            icon=":material/tune:",
            key="take_button",
            on_click=controls.take,
            args=(run.settings,),
        )
