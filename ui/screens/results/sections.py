"""Pieces of the Results page: which run is open, and the sections below the compression table."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig
from simulator.data.own_data import dataset_info
from simulator.errors import RunNotFound
from simulator.events import Measurement
from simulator.figures import numbers
from simulator.figures.statistics import by_variant
from simulator.runs import service
from simulator.runs.database.store import ENDED, Run
from ui.figures.run import details, sizes, tables
from ui.following import live, views
from ui.following.story import Story
from ui.kit import table_view
from ui.settings import fields
from ui.shell import routes
from ui.shell.guard import show_problem
from ui.shell.plain import literal
from ui.words import glossary

PLACE = "results"


def open_run() -> str | None:
    """The run in the URL, or the newest finished one, or a recorded one; with a choice of the others."""
    labels = {run.id: run_label(run) for run in service.list_runs() if run.state == "finished" and not run.experiment}
    run_id = live.chosen_run(PLACE) or next(iter(labels), None)
    if run_id is None:
        return None
    st.session_state[live.LAST_RUN] = run_id
    with suppress(RunNotFound):  # said where its figures would stand
        if run_id not in labels and (run := service.run(run_id)).experiment:
            live.choose_run(PLACE, None)
            st.switch_page(live.page_of(run), query_params={live.RUN: run_id})
    options = list(labels) if run_id in labels else [run_id, *labels]
    if len(options) > 1:
        picked = st.selectbox(
            "Run",
            options,
            index=options.index(run_id),
            format_func=lambda i: labels.get(i, f"Run {i}"),
            key=f"pick_{run_id}",  # another run opened elsewhere must not meet the old choice
        )
        if picked != run_id:
            live.choose_run(PLACE, picked)
            st.rerun()
    return run_id


def run_label(run: Run) -> str:
    """A run in one line: first what tells it from others of the same settings, for a narrow box cuts off the end."""
    when = "Recorded" if run.origin == "recorded" else numbers.ago(run.created_at)
    return f"{when}: {what_it_was(run)} ({run.id})"


def what_it_was(run: Run) -> str:
    """What a run was of, with the settings that matter most."""
    c = run.settings
    what = f"{MODELS[c.model].title}, {dataset_info(c.dataset).title}"
    return f"{what}, T {c.temperature:g}, alpha {c.alpha:g}, sparsity {fields.asked_sparsity(c)}"


def nothing_yet() -> None:
    """The first visit, with nothing recorded: what to do, in one sentence."""
    st.info("No run has finished yet. Start one in the Lab.", icon=":material/science:")
    st.page_link(routes.LAB.path, label="To the Lab", icon=":material/science:")


def headline(run_id: str) -> tuple[Run, Story]:
    """What was run, with which settings."""
    run, story = service.run(run_id), live.story_of(run_id)
    config = run.settings
    title = f"{MODELS[config.model].title} on {dataset_info(config.dataset).title}"
    st.subheader(literal(title))
    with st.expander(f"Settings: {_brief(run)}", icon=":material/tune:"):
        table_view.show(
            tables.settings_table(config, RunConfig.model_fields), "All settings of this run", "run_settings"
        )
    return run, story


def _brief(run: Run) -> str:
    c = run.settings
    asked = fields.asked_sparsity(c)
    student = fields.student_in_words(c)
    return f"student of {student}, T {c.temperature:g}, alpha {c.alpha:g}, epochs {c.epochs}, sparsity {asked}"


def to_compare(run: Run) -> None:
    """The way to the same picture with every other run in it."""
    if run.state == "finished":
        st.page_link(
            routes.COMPARE.path,
            label="Compare with other runs",
            icon=":material/compare_arrows:",
            query_params={"runs": run.id},
        )


def not_measured(run: Run) -> None:
    """A run without measurements: why, and what there is instead."""
    if run.state not in ENDED:
        st.info("This run is still under way. Its figures come at its end.", icon=":material/hourglass:")
        st.page_link(
            routes.LAB.path, label="Follow it in the Lab", icon=":material/science:", query_params={"run": run.id}
        )
    else:
        show_problem(run.message or f"The run was {run.state} before anything was measured.", run.advice)
        st.page_link(
            routes.LAB.path, label="See how far it got", icon=":material/science:", query_params={"run": run.id}
        )


def learning(run: Run, story: Story) -> None:
    """The curves of the whole run."""
    glossary.explain("Faint: every logged step. Bold: the running mean.", "hard loss", "soft loss", "control")
    repeat = None
    if run.settings.repeats > 1:
        seeds = range(story.repeat + 1)
        repeat = st.segmented_control(
            "Seed", seeds, default=0, required=True, format_func=lambda n: str(run.settings.seed + n), key="curves_seed"
        )
    live.show_curves(story, run.settings, PLACE, side_by_side=True, repeat=repeat)


def honest_size(run: Run, measured: Sequence[Measurement]) -> None:
    """Every form of a variant's file beside its latency, and what pruning did to them, in sentences."""
    said = sizes.sentences(measured)
    config = run.settings
    if not said or not (config.layer_shares if config.scope == "by_hand" else config.target_sparsity):
        return
    st.header(sizes.question(config, measured), divider="gray")
    st.markdown("\n".join(f"- {sentence}" for sentence in said))
    alt = "File sizes and latency of each variant: " + ", ".join(by_variant(measured))
    table_view.show(sizes.forms(measured), alt, "forms")
    st.caption(sizes.NOTE)


def layers(measured: Sequence[Measurement]) -> None:
    """What each weight tensor of a variant lost: zeros, or after structured pruning what is gone."""
    glossary.explain(
        "What each layer lost. Ranked globally, layers can lose unequal shares; layer-wise, all lose alike. "
        "Structured pruning leaves no zeros: there the bars show what is gone, against the distilled student.",
        "sparsity", "mask", "importance",
    )  # fmt: skip
    variant = views.pick_seeds(measured, "layers_variant")
    name = variant[0].name
    before = by_variant(measured).get("distilled", []) if name in ("pruned", "recovered") else []
    shares = details.lost(variant, before)
    top = max(shares, key=lambda layer: shares[layer].mean, default=None)
    most = f"{top} lost most, {numbers.percent(shares[top].mean)}" if top and shares[top].mean else "nothing"
    views.chart(details.layer_sparsity(variant, before), "layers", f"What each layer of {name} lost: {most}.")
    if len(variant) > 1:
        st.caption(f"Bars are means over {len(variant)} seeds; the thin lines are the standard deviation.")


def confusions(measured: Sequence[Measurement], class_names: Sequence[str]) -> None:
    """The confusion matrix of a variant."""
    st.caption("Rows are true classes, columns are answers. A perfect model fills only the diagonal.")
    variant = views.pick_seeds(measured, "confusion_variant")
    right = numbers.over_seeds([m.accuracy for m in variant], numbers.percent)
    alt = f"Confusion matrix of {variant[0].name}: {right} of {variant[0].test_examples} answers are right."
    views.chart(details.confusion(variant, class_names), "confusion", alt)
    if len(variant) > 1:
        st.caption(f"Means over {len(variant)} seeds; a cell's tooltip has the standard deviation.")


def generated(measured: Sequence[Measurement]) -> None:
    """For T5: what the model really wrote for a few test examples."""
    writers = [m for m in measured if m.generated]
    if not writers:
        return
    st.header("What it wrote", divider="gray")
    st.caption(
        "T5 answers with text. The class is decided by the scores of the label words; this is what it writes freely."
    )
    variant = views.pick_variant(writers, "generated_variant")
    table_view.show(tables.written(variant), f"Texts, labels and what {variant.name} wrote", "written")
