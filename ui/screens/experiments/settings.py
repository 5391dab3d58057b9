"""The controls of an experiment: its settings, the link that carries them, and how an open run differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig
from simulator.config.settings import SETTINGS
from simulator.errors import SimulatorError
from simulator.experiments import Experiment, ExperimentConfig, make_experiment
from simulator.experiments.base import AxisValue
from simulator.experiments.config import MOST_SEEDS, read_values, sweep_settings
from simulator.runs.database.store import Run
from ui.figures.experiments import cell_charts as charts
from ui.figures.run import tables
from ui.following import live
from ui.kit import table_view
from ui.settings import fields
from ui.shell import address
from ui.shell.guard import show_problem

TAKEN_FROM = "experiment_controls_from"
PREDICTED = "predicted"
"""The parameter of the address that holds a prediction: it survives a reload, and is left out of links for others."""


def settings_of(experiment: Experiment, run: Run | None) -> ExperimentConfig | None:
    """Return the chosen settings, at first those of the open run. If they do not fit, show why and return None.

    The address holds them, so they survive a reload and a link carries them.
    """
    st.markdown("#### Settings")
    names = experiment.models
    default = run.experiment if run and run.experiment else make_experiment(experiment.name)
    _take_once(run)
    model = st.selectbox(
        "Model",
        names,
        index=names.index(default.base.model),
        format_func=lambda name: MODELS[name].title,
        key=f"model_{experiment.name}",
        bind="query-params",
        persist_state="session",
    )
    seeds = st.slider(
        "Seeds", 1, MOST_SEEDS, default.seeds, key=f"seeds_{experiment.name}", help=SEEDS_HELP,
        bind="query-params", persist_state="session",
    )  # fmt: skip
    try:
        base = make_experiment(experiment.name, {"model": model}).base
        starts = {axis.setting: axis.values for axis in default.axes}
        axes = _sweep_axes(experiment, base, starts) if experiment.any_axes else _own_axes(experiment, starts)
        config = make_experiment(experiment.name, {"model": model}, axes, seeds)
    except SimulatorError as error:
        show_problem(error.message, error.advice)
        return None
    with st.expander("All settings", icon=":material/tune:"):
        fixed = [name for name in RunConfig.model_fields if name not in axes]
        table_view.show(
            tables.settings_table(config.base, fixed), "Settings that all cells share", "experiment_settings"
        )
    return config


SEEDS_HELP = "Every cell is measured with this many seeds. One seed says nothing about chance."


def _take_once(run: Run | None) -> None:
    """Set the controls to a run once, when it is opened: they may be changed while it stays open.

    The settings that a link names are kept: it was copied or reloaded after a change.
    """
    opened = run.id if run and run.experiment else None
    if st.session_state.get(TAKEN_FROM) == opened:
        return
    first = TAKEN_FROM not in st.session_state
    st.session_state[TAKEN_FROM] = opened
    if run is None or run.experiment is None:
        return
    config = run.experiment
    values: dict[str, str | int] = {f"model_{config.name}": config.base.model, f"seeds_{config.name}": config.seeds}
    for number, axis in enumerate(config.axes):
        values[f"values_{config.name}_{axis.setting}"] = ", ".join(map(charts.shown, axis.values))
        if config.entry.any_axes:
            values[f"axis_{number}"] = axis.setting
    if not (first and any(map(address.holds, values))):
        st.session_state.update(values)


Axes = Mapping[str, tuple[AxisValue, ...]]


def _own_axes(experiment: Experiment, starts: Axes) -> Axes:
    return {name: _values(experiment, name, values) for name, values in starts.items()}


def _sweep_axes(experiment: Experiment, base: RunConfig, starts: Axes) -> Axes:
    axes: dict[str, tuple[AxisValue, ...]] = {}
    names = list(sweep_settings())
    for number, (where, first) in enumerate(zip(("Along", "Upwards"), starts, strict=False)):
        left = [name for name in names if name not in axes]
        name = st.selectbox(
            where,
            left,
            index=left.index(first) if first in left else 0,
            format_func=lambda n: SETTINGS[n].title,
            key=f"axis_{number}",
            bind="query-params",
            persist_state="session",
        )
        start = starts.get(name) or fields.choices(name, base) or (getattr(base, name),)
        axes[name] = _values(experiment, name, start)
    return axes


def _values(experiment: Experiment, name: str, start: Sequence[AxisValue]) -> tuple[AxisValue, ...]:
    typed = st.text_input(
        f"Values of {_axis_label(name)}", ", ".join(map(charts.shown, start)), key=f"values_{experiment.name}_{name}",
        help="Separated by commas.", bind="query-params", persist_state="session",
    )  # fmt: skip
    return read_values(name, typed)


def _axis_label(name: str) -> str:
    return SETTINGS[name].title if name in SETTINGS else charts.axis_name(name)


def link_for_others() -> None:
    """Show the address to copy: what is open here, without the student's own prediction."""
    here = (st.context.url or "").split("?")[0]
    kept = address.everything()
    kept.pop(PREDICTED, None)
    with st.popover("Link", icon=":material/link:"):
        st.markdown(
            "**For somebody else on this server**: this experiment, its settings, and the open run, if there is one."
        )
        st.code(f"{here}?{urlencode(kept, doseq=True)}", language=None, wrap_lines=True)
        shows_answer = ", but an open run shows its result at once" if live.RUN in kept else ": others make their own"
        st.caption(f"Your prediction is left out{shows_answer}.")


def differing(of_run: ExperimentConfig, chosen: ExperimentConfig) -> list[str]:
    """List the settings of a run that differ from the controls, each with the run's value."""
    mine = {axis.setting: axis.values for axis in chosen.axes}
    found = [
        f"{SETTINGS[name].title}: {fields.shown(name, value)}"
        for name, value in of_run.base
        if value != getattr(chosen.base, name) and name not in mine
    ]
    if of_run.seeds != chosen.seeds:
        found.append(f"Seeds: {of_run.seeds}")
    for axis in of_run.axes:
        if mine.get(axis.setting) != axis.values:
            found.append(f"Values of {_axis_label(axis.setting)}: {', '.join(map(charts.shown, axis.values))}")
    return found
