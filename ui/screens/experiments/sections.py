"""Parts of the Experiments page: the list, one experiment with its prediction, and the run that is open."""

from __future__ import annotations

import streamlit as st

from simulator.catalog.models import MODELS
from simulator.experiments import EXPERIMENTS, Experiment, ExperimentConfig, make_experiment
from simulator.figures import numbers
from simulator.runs import archive, recorded, service
from simulator.runs.database.store import ENDED, Run
from ui.figures import table
from ui.figures.experiments import cell_charts as charts
from ui.figures.experiments import cell_table
from ui.figures.experiments.views import view_of
from ui.figures.run import tables
from ui.following import drawing, live, progress_view
from ui.following.story import Story
from ui.kit import chart_view, table_view
from ui.kit.card import card
from ui.report.run import kept_students
from ui.screens.experiments import allocation, settings
from ui.screens.experiments.settings import PREDICTED
from ui.screens.lab.run_bar import ANEW, forecast_words, is_under_way, train_anew
from ui.screens.results import take_home
from ui.shell import address, routes
from ui.shell.guard import errors_shown, show_problem
from ui.shell.plain import literal
from ui.words import glossary, provenance

PLACE = "experiments"
EXPERIMENT = "experiment"


def chosen() -> tuple[Experiment | None, Run | None]:
    """Return the open experiment and run; a run in the URL opens its experiment."""
    name, run_id = address.text(EXPERIMENT), address.text(live.RUN)
    run: Run | None = None
    if run_id:
        with errors_shown():
            run = archive.run(run_id)
        if run is not None and run.experiment is None:
            st.switch_page(routes.LAB.path, query_params={live.RUN: run.id})
    if run is not None and run.experiment is not None:
        address.put(live.RUN, run.id)
        return run.experiment.entry, run
    experiment = EXPERIMENTS.get(name or "")
    if experiment is not None:
        # following a link to the page that is open drops its parameters from the address
        address.put(EXPERIMENT, experiment.name)
    elif name:
        show_problem(f"There is no experiment {name}.", "Choose one of those below.")
    elif not run_id:
        address.replace({})  # the parameters of the experiment that was left
    return experiment, None


def catalogue() -> None:
    """List every experiment with its question."""
    st.markdown(
        "Each experiment trains or prunes many students to answer **one question**. Say first what you expect. The "
        "conclusion is computed from the numbers, and says so if the expected effect did not appear."
    )
    for experiment in EXPERIMENTS.values():
        planned = make_experiment(experiment.name)
        with card(f"experiment_{experiment.name}", recorded.of_experiment(experiment.name), planned):
            st.markdown(f"**{experiment.title}**  \n{experiment.question}")
            with st.container(horizontal=True, vertical_alignment="center"):
                st.page_link(
                    routes.EXPERIMENTS.path,
                    label="Open",
                    icon=":material/arrow_forward:",
                    query_params={EXPERIMENT: experiment.name},
                )
                takes = service.forecast(planned).seconds
                st.caption(f"about {numbers.duration(takes)} with its default settings", width="content")


def introduction(experiment: Experiment) -> None:
    """Show the title, the question, what to look for, and the source of the idea."""
    st.page_link(routes.EXPERIMENTS.path, label="All experiments", icon=":material/arrow_back:", query_params={})
    st.header(experiment.title, divider="gray")
    st.markdown(f"**{experiment.question}**")
    st.caption(f"What to look for: {experiment.look_for}")
    if experiment.signs:
        st.caption("\n".join(f"- **{name[0].upper() + name[1:]}.** {sign}" for name, sign in experiment.signs.items()))
    st.caption(f"Source: {experiment.paper}")


def prediction(experiment: Experiment) -> str | None:
    """Ask what the student expects; None until it is chosen. The session and the URL keep the answer."""
    st.markdown("#### Your prediction")
    key = f"{PREDICTED}_{experiment.name}"
    linked = address.one_of(PREDICTED, experiment.predictions)
    if key not in st.session_state and linked:
        st.session_state[key] = linked
    picked: str | None = st.radio(
        "What do you expect?",
        list(experiment.predictions),
        index=None,
        format_func=lambda answer: experiment.predictions[answer],
        key=key,
        persist_state="session",
    )
    if picked:
        address.put(PREDICTED, picked)
    with st.expander("What the literature suggests", icon=":material/menu_book:"):
        st.markdown(experiment.hypothesis)
    return picked


def run_bar(config: ExperimentConfig | None, predicted: str | None, run: Run | None) -> None:
    """Show the forecast, Run, and Cancel for the open run."""
    key = f"{ANEW}_{config.name}" if config else ANEW
    train_anew(key)
    anew = bool(st.session_state.get(key))
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Run",
            type="primary",
            icon=":material/play_arrow:",
            key="run_experiment",
            disabled=config is None or predicted is None,
            help=None if predicted else "Choose your prediction first.",
        )
        cancelled = run is not None and run.state not in ENDED and st.button("Cancel", icon=":material/stop:")
        settings.link_for_others()
        if config is not None:
            st.caption(forecast_words(service.forecast(config, anew)))
    if predicted is None:
        st.caption("Choose your prediction first; then you can press Run.")
    if pressed and config is not None and not is_under_way(run, config, anew):
        _open(service.submit(config, anew=anew))
    if cancelled and run is not None:
        service.cancel(run.id)
        st.toast("Cancelling. The cells measured so far are kept.", icon=":material/stop:")


def _open(run_id: str) -> None:
    address.put(live.RUN, run_id)
    st.rerun()


def not_run_yet(experiment: Experiment) -> None:
    """List earlier runs of this experiment, each as a link."""
    earlier = [run for run in archive.list_runs() if run.experiment and run.experiment.name == experiment.name][:5]
    if earlier:
        st.markdown("**Earlier runs of this experiment**")
    for run in earlier:
        label = f"{MODELS[run.settings.model].title}, {drawing.STATE_WORDS[run.state]}, {drawing.since(run)}"
        st.page_link(routes.EXPERIMENTS.path, label=label, icon=":material/history:", query_params={live.RUN: run.id})


def show(run: Run, predicted: str | None, config: ExperimentConfig | None) -> None:
    """Show the open run: live while it is under way, then its conclusion beside the prediction."""
    live.open_here()
    if run.experiment and config and (other := settings.differing(run.experiment, config)):
        st.caption(f"This run's settings differ from the controls: {literal(', '.join(other))}.")
    live.repeatedly(_panel, run, "follow_experiment")(run.id, live.shown(run), predicted)
    stopped = run.state in ENDED and run.state != "finished"
    if stopped and st.button("Continue from the measured cells", icon=":material/replay:", key="again_experiment"):
        _open(service.rerun(run.id))


@errors_shown()  # it may run without the page around it
def _panel(run_id: str, page_shows: live.Shown, predicted: str | None) -> None:
    run, story = archive.run(run_id), live.story_of(run_id)
    if live.shown(run) != page_shows:
        st.rerun()
    progress(run, story)
    if run.experiment is None:
        return
    if story.conclusion is not None:
        outcome(run.experiment.entry, story, predicted)
    if run.state != "queued":
        picture(run.experiment, story)
    provenance.provenance_badge(story.provenance, run, compact=True)
    for sentence in kept_students(story):
        st.caption(sentence)
    if run.state == "finished":
        take_home.write_notes(run)
        take_home.report_button(run)


def progress(run: Run, story: Story) -> None:
    """Show what is being done and how many cells are measured, or how the run ended."""
    live.ending(run, story)
    if run.state not in ENDED:
        progress_view.show(run, story, whole=False, cells=len(story.cells))


def outcome(experiment: Experiment, story: Story, predicted: str | None) -> None:
    """Show the conclusion beside the prediction."""
    conclusion = story.conclusion
    if conclusion is None:
        return
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.markdown("**You predicted**")
        st.markdown(experiment.predictions[predicted] if predicted else "Nothing: you made no prediction here.")
    with right, st.container(border=True, height="stretch"):
        st.markdown("**The numbers say**")
        st.markdown(
            experiment.predictions[conclusion.answer] if conclusion.answer else "One seed cannot tell. Use more seeds."
        )
        if predicted and conclusion.answer:
            st.badge("as you predicted" if predicted == conclusion.answer else "not as you predicted", color="blue")
    st.markdown("\n".join(f"- {literal(sentence)}" for sentence in conclusion.sentences))
    if sum(comparison.p is not None for comparison in conclusion.comparisons) > 1:
        glossary.explain(SEVERAL, "p", "95 % interval")


SEVERAL = (
    "Several differences were tested, so each p is raised accordingly (Holm 1979). The intervals are not adjusted."
)


def picture(config: ExperimentConfig, story: Story) -> None:
    """Show the chart and the table of the cells so far."""
    view, titles = view_of(config.entry), config.entry.quantities.titles
    value = next(iter(titles))
    if len(titles) > 1:
        value = st.segmented_control(
            "Shown", list(titles), default=value, required=True, wrap=True,
            format_func=lambda name: titles[name], key=f"shown_{config.name}", label_visibility="collapsed",
        ) or value  # fmt: skip
    axes = {axis.setting: axis.values for axis in config.axes}
    drawn, alt = charts.draw(view, value, story.cells, axes), charts.alt(view, value, story.cells)
    scanned = config.name == "sensitivity" and story.conclusion is not None
    if scanned:
        allocation.clickable(config, story, drawn, alt)
    else:
        chart_view.show(drawn, "experiment_chart", alt)
    if any(cell.measured_in for cell in story.cells):
        taken = sum(bool(cell.measured_in) for cell in story.cells)
        st.caption(
            f"{taken} of these cells were measured in an earlier run with the same settings (column Measured in)."
        )
    if scanned:
        allocation.propose(config, story)
    with st.expander(f"Table: {numbers.several(len(story.cells), 'cell')}", icon=":material/table:"):
        st.download_button(
            "Cells (CSV)",
            lambda: table.csv_of(cell_table.raw(story.cells)),
            f"{config.name}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        table_view.show(
            cell_table.cells(story.cells, view.quantities),
            "Every cell with its seed and its values",
            "cells",
            tables.TALLEST,
        )
