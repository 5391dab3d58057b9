"""The open run beside the Lab's controls: its settings, its progress and its result."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig
from simulator.config.settings import SETTINGS
from simulator.data.own_data import dataset_info
from simulator.events import STAGES
from simulator.runs import archive, service
from simulator.runs.database.store import ENDED, Run
from ui.following import live
from ui.following.story import STAGE_TITLES, STAGE_WORDS
from ui.kit import section_view
from ui.report import what_if
from ui.report.run import kept_stages
from ui.report.sections import compression_tables, outcome_parts, statistics
from ui.screens.lab.run_bar import PLACE
from ui.screens.results import take_home
from ui.settings import controls, fields
from ui.settings.cards import CARDS, SLIDERS, in_brief
from ui.shell import routes
from ui.shell.guard import errors_shown
from ui.shell.plain import literal
from ui.words import glossary, provenance


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
    """Show the open run: its settings, its progress, and its result.

    Args:
        config: The settings that the controls show.
    """
    _settings(run, config)
    measured = archive.measurements(run.id) if run.state in ENDED else []
    if measured:
        ended = live.story_of(run.id)
        section_view.draw_parts([*outcome_parts(run, ended), *what_if.at_sparsity(run, ended, config.target_sparsity)])
    live.follow(run)
    with st.expander("Your notes", icon=":material/edit_note:", key="notes"):
        take_home.write_notes(run)
    if run.state not in ENDED:
        return
    if measured:
        story = live.story_of(run.id)
        provenance.provenance_badge(story.provenance, run, compact=True)
        for sentence in kept_stages(story):
            st.caption(sentence)
        section_view.draw(statistics(run, story))
        section_view.draw_parts(compression_tables(measured))
        st.page_link(
            routes.RESULTS.path,
            label="All results of this run",
            icon=":material/table_chart:",
            query_params={"run": run.id},
        )
    if run.state != "finished" and st.button("Run again", icon=":material/replay:", key="again_button"):
        live.choose_run(PLACE, service.rerun(run.id))
        st.rerun()


def _settings(run: Run, config: RunConfig) -> None:
    """Show the run's own settings, and which of them the controls no longer show."""
    settings = run.settings
    st.subheader(
        literal(f"{MODELS[settings.model].title} on {dataset_info(settings.dataset).title}"), anchor=live.PANEL
    )
    st.caption(literal(in_one_line(settings)))
    changed = [name for name in RunConfig.model_fields if getattr(settings, name) != getattr(config, name)]
    if settings.has_all_labels and config.has_all_labels:
        changed = [name for name in changed if name != "labels"]
    if changed:
        st.caption(
            f":material/tune: The controls now say {literal(_listed(changed, config))}; "
            f"this run has {literal(_listed(changed, settings))}."
        )
        st.button(
            "Set the controls to this run",
            icon=":material/tune:",
            key="take_button",
            on_click=controls.take,
            args=(settings,),
        )


def in_one_line(config: RunConfig) -> str:
    """Return the settings that most runs change and, except for model and data, those that the folded cards show."""
    first = _listed([name for name in SLIDERS if not SETTINGS[name].why_fixed(config)], config)
    others = [name for card in CARDS for name in card.worth_naming(config) if name not in ("model", "dataset")]
    return ", ".join([first, *(in_brief(name, config) for name in others)])


def _listed(names: Iterable[str], config: RunConfig) -> str:
    return ", ".join(f"{SETTINGS[name].title} = {fields.written(name, config)}" for name in names)
