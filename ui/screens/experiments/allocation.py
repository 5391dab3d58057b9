"""A sparsity for each layer from a finished sensitivity scan: fitted to a budget or clicked, and checked with a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from simulator.errors import UnreadableRun
from simulator.experiments.allocation import check, predicts, run_of
from simulator.experiments.config import ExperimentConfig
from simulator.experiments.sensitivity import Curve, budget_of, curves, fit_to_budget, kept, mean_curves, predicted_drop
from simulator.figures import numbers
from simulator.runs import archive, service
from ui.figures import charts, table
from ui.figures.charts import NEUTRAL
from ui.following import live
from ui.following.story import Story
from ui.kit import table_view
from ui.settings import controls
from ui.shell import address, routes
from ui.shell.guard import errors_shown
from ui.words import findings

CHART, EDITOR, BUDGET = "scan_chart", "scan_editor", "fit_budget"
PLAN = "scan_plan"
MOST_CHECKS = 5

Shares = dict[str, float]
"""Parameter name -> the share that it is to lose."""


def scanned(config: ExperimentConfig, story: Story) -> dict[str, Curve]:
    """Return the accuracy curve of each layer pruned alone, as the mean over the seeds."""
    return mean_curves([curves(story.cells, seed) for seed in config.all_seeds()])


def plan_of(config: ExperimentConfig, found: Mapping[str, Curve]) -> Shares:
    """Return the current allocation; for a scan that was just opened, the proposal for its own budget."""
    scan = address.text(live.RUN) or ""
    held: tuple[str, Shares] | None = st.session_state.get(PLAN)
    if held is None or held[0] != scan or held[1].keys() != found.keys():
        _hold(fit_to_budget(found, budget_of(found, config.base.target_sparsity)))
    plan: Shares = st.session_state[PLAN][1]
    return plan


def _hold(plan: Shares) -> None:
    """Keep an allocation, with the scan that it belongs to."""
    st.session_state[PLAN] = address.text(live.RUN) or "", plan


# -- the chart


def clickable(config: ExperimentConfig, story: Story, chart: go.Figure, alt: str) -> None:
    """Draw the scan's lines. A click on a point sets its layer's share; rings show the current shares."""
    found = scanned(config, story)
    plan = plan_of(config, found)
    st.caption("Click a point to set the share that its layer will lose. The rings show the current shares.")
    st.plotly_chart(
        with_rings(chart, plan),
        key=CHART,
        config=charts.CONFIG,
        alt=alt,
        on_select=_take_click,
        selection_mode="points",
    )


def with_rings(chart: go.Figure, plan: Mapping[str, float]) -> go.Figure:
    """Return the chart with a ring around each layer's chosen point, and no point dimmed by a click."""
    lines = [trace for trace in chart.data if trace.name in plan]
    chosen = [(x, y) for line in lines for x, y in zip(line.x, line.y, strict=True) if x == plan[line.name]]
    chart.update_traces(unselected={"marker": {"opacity": 1}}, selector={"mode": "lines+markers"})
    chart.add_scatter(
        x=[x for x, _ in chosen],
        y=[y for _, y in chosen],
        mode="markers",
        marker={"symbol": "circle-open", "size": 18, "color": NEUTRAL, "line": {"width": 3}},
        showlegend=False,
        hoverinfo="skip",
    )
    return chart


def _take_click() -> None:
    plan = st.session_state[PLAN][1]  # the current plan: another click may have come before this page was drawn
    after = clicked(plan, st.session_state[CHART].selection.points)
    if after != plan:
        _hold(after)


def clicked(plan: Mapping[str, float], points: Sequence[Mapping[str, Any]]) -> Shares:
    """Return the allocation after a click: a line's points carry the name of their layer."""
    set_now = {str(point["customdata"][0]): float(point["x"]) for point in points if point.get("customdata")}
    return {name: set_now.get(name, share) for name, share in plan.items()}


# -- the table, the prediction and the run


def propose(config: ExperimentConfig, story: Story) -> None:
    """Show a budget, the allocation, the accuracy that it is expected to cost, and the run that checks it."""
    found = scanned(config, story)
    plan = plan_of(config, found)
    st.markdown("**What each layer will lose**")
    _budget(config, found)
    _table(found, plan)
    _prediction(found, plan)
    _run_it(config, plan)
    _checks(config, story)


def _budget(config: ExperimentConfig, found: Mapping[str, Curve]) -> None:
    st.slider(
        "Fit to a budget: non-zero parameters in these layers, at most",
        sum(kept(curve, max(curve.drops)) for curve in found.values()),
        sum(curve.parameters for curve in found.values()),
        budget_of(found, config.base.target_sparsity),
        key=BUDGET,
        on_change=lambda: _hold(fit_to_budget(found, st.session_state[BUDGET])),
        help="Proposes a share for each layer: layers that can lose weights cheaply lose them first.",
    )


def _table(found: Mapping[str, Curve], plan: Shares) -> None:
    levels = sorted({level for curve in found.values() for level in curve.drops})
    choices = {share: numbers.whole_percent(share) for share in (0.0, *levels)}
    rows: list[table.Row] = [
        {
            "Layer": name,
            "Sparsity": table.Cell(numbers.whole_percent(share), share, choices=choices),
            "Weights left": kept(found[name], share),
        }
        for name, share in plan.items()
    ]

    def take(row: int, share: float) -> None:
        _hold({**st.session_state[PLAN][1], list(plan)[row]: share})  # the current plan, as for a click

    table_view.choose(table.of(rows), "What each layer will lose, and what is left of it", EDITOR, take)


def _prediction(found: Mapping[str, Curve], plan: Shares) -> None:
    left = sum(kept(found[name], share) for name, share in plan.items())
    total = sum(curve.parameters for curve in found.values())
    st.markdown(
        f"This leaves {numbers.count(left)} of {numbers.count(total)} weights ({numbers.percent(left / total)}). If "
        "the layers' losses add up, validation accuracy changes by "
        f"**{numbers.points(-100 * predicted_drop(found, plan))} points** before retraining. "
        "That is a prediction: a run checks it."
    )


def _run_it(config: ExperimentConfig, plan: Shares) -> None:
    if not any(plan.values()):
        st.caption("No layer loses anything yet: click a point of the chart, or choose a share in the table.")
        return
    with errors_shown(), st.container(horizontal=True):
        wanted = run_of(config, plan)
        if st.button("Check it with a run", icon=":material/play_arrow:", key="scan_check", type="primary"):
            st.switch_page(routes.LAB.path, query_params={live.RUN: service.submit(wanted)})
        to_lab = st.button(
            "Use it in the Lab", icon=":material/tune:", key="scan_to_lab", on_click=controls.take, args=(wanted,)
        )
    if to_lab:
        st.switch_page(routes.LAB.path, query_params=controls.in_link(wanted))


def _checks(config: ExperimentConfig, story: Story) -> None:
    """Show runs that pruned the scanned students by hand: the prediction beside the measurement."""
    runs = [run for run in archive.list_runs(("finished",)) if not run.experiment and predicts(config, run.settings)]
    for run in runs[:MOST_CHECKS]:
        with suppress(UnreadableRun):  # the Runs page shows it as unreadable
            found = check(config, story.cells, run.settings, archive.measurements(run.id))
            if found is not None:
                st.markdown(findings.prediction_checked(found))
                st.page_link(
                    routes.RESULTS.path,
                    label=f"Run {run.id}",
                    icon=":material/fact_check:",
                    query_params={live.RUN: run.id},
                )
