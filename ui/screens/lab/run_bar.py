"""The bar with Run: below the sliders or, on a narrow screen, at the bottom, where it also says how the run stands."""

from __future__ import annotations

import streamlit as st

from simulator.config.run import RunConfig
from simulator.errors import SimulatorError, UnreadableRun
from simulator.experiments.config import ExperimentConfig
from simulator.figures import numbers
from simulator.runs import service
from simulator.runs.database.store import ENDED, Forecast, Run
from simulator.runs.kept import measurements
from ui.following import drawing, live
from ui.screens.lab import newest
from ui.settings import controls
from ui.shell.guard import errors_shown, show_problem
from ui.words import headline

PLACE = "lab"
ANEW = "train_anew"
SHORTCUT = "Ctrl+Enter"


def draw(config: RunConfig, run: Run | None) -> None:
    """Show what a run with these settings will cost, Run, and Cancel for the open run.

    Args:
        run: The open run.
    """
    anew = st.session_state.get(ANEW, False)
    forecast = _forecast(config, anew)
    live_run = run if run is not None and run.state not in ENDED else None
    if run is not None:
        _state(run)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Run",
            type="primary",
            icon=":material/play_arrow:",
            key="run_button",
            shortcut=SHORTCUT,
            help="Starts a run with these settings. On the keyboard: Ctrl + Enter (Cmd + Enter on a Mac).",
            disabled=forecast is None,
        )
        if live_run is not None:
            _cancel(live_run)
        if forecast is not None:
            with st.container(key="lab_cost", width="content"):
                st.caption(f"{cost(forecast)}{kept(forecast)}", help=f"Time and memory: {basis(forecast)}.")
    with errors_shown():
        if pressed and not is_under_way(run, config, anew):
            live.choose_run(PLACE, service.submit(config, anew=anew))
            controls.forget_notes()
            st.rerun()


def is_under_way(run: Run | None, config: RunConfig | ExperimentConfig, anew: bool = False) -> bool:
    """Tell whether the open run has these settings and has not ended; if so, say it on the screen.

    While a busy server answers slowly, people press Run again and again.

    Args:
        anew: Whether every stage is to be carried out, which the open run may not do.
    """
    same = run is not None and run.state not in ENDED and run.config == config
    if run is not None and anew and not (run.forecast is not None and run.forecast.anew):
        same = False
    if same:
        st.toast("The open run has these settings already, and has not ended.", icon=":material/hourglass:")
    return same


def _cancel(run: Run) -> None:
    """Stop the open run."""
    with errors_shown():
        if st.button("Cancel this run", icon=":material/stop:", key="cancel_button"):
            service.cancel(run.id)
            st.toast("Cancelling. What has been measured so far is kept.", icon=":material/stop:")


def _forecast(config: RunConfig, anew: bool) -> Forecast | None:
    try:
        return service.forecast(config, anew)
    except SimulatorError as error:
        show_problem(error.message, error.advice)
        return None


def forecast_words(forecast: Forecast) -> str:
    """Say about how long a run takes, how much memory it needs, and what that is based on."""
    return f"{cost(forecast)} ({basis(forecast)}){kept(forecast)}"


def cost(forecast: Forecast) -> str:
    """Say about how long a run takes, and how much memory it needs."""
    memory = numbers.size(forecast.peak_memory_mb * 2**20)
    return f"about {numbers.duration(forecast.seconds)}, {memory} of memory"


def basis(forecast: Forecast) -> str:
    """Say what a forecast is based on."""
    return "an estimate, if the machine is otherwise idle" if forecast.basis == "estimate" else "from recent runs here"


def kept(forecast: Forecast) -> str:
    """Name the models that the run takes over from earlier ones, if any."""
    variants = [variant for variant, stage in measurements.STAGE_OF.items() if stage in forecast.kept]
    if not variants:
        return ""
    *others, last = variants
    several = f"teacher, {', '.join(others)}" if others else "teacher"
    return f": {several} and {last}{'' if last == 'control' else ' student'} are kept"


def train_anew(key: str = ANEW) -> None:
    """Draw the switch that carries out every stage again."""
    st.toggle(
        "Train everything anew",
        key=key,
        help="Otherwise a run takes over every stage that an earlier run carried out with equal settings, data and "
        "versions, on the same kind of processor with as many threads. The result is the same; latency is always "
        "measured in the run itself.",
    )


def _state(run: Run) -> None:
    """Say how the open run stands: its newest figure or, once it has finished, its outcome.

    A wide screen hides this line, because it has the run itself in sight.
    """
    words = "Waiting for its turn" if run.state == "queued" else drawing.STATE_WORDS[run.state].capitalize()
    outcome = _outcome(run.id) if run.state == "finished" else ""
    with st.container(key="lab_state", horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{words}.** [{outcome or 'See the run'}](#{live.PANEL})", width="content")
        if run.state not in ENDED:
            newest.show(run)


def _outcome(run_id: str) -> str:
    """Sum up what a finished run measured; "" if it measured too little for that, or cannot be read."""
    try:
        story = live.story_of(run_id)
    except UnreadableRun:  # the panel that shows the run says so
        return ""
    return headline.brief(story.measurements, story.labels)
