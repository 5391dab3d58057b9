"""The fragment that follows a run: it reads new events and draws the stages, the curves and the outcome."""

from __future__ import annotations

import html
from datetime import UTC, datetime

import streamlit as st

from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig
from simulator.data.own_data import dataset_info
from simulator.events import STAGES, Stage, Variant
from simulator.figures import numbers
from simulator.runs import archive
from simulator.runs.database.store import ENDED, Run, RunState
from ui.figures import charts
from ui.figures.run import curves
from ui.following.story import STAGE_TITLES, STAGE_WORDS, Story
from ui.kit import chart_view
from ui.shell import address, routes
from ui.shell.guard import errors_shown, show_problem
from ui.shell.plain import literal
from ui.words import glossary

EVERY_SECONDS = 0.7
STORIES = "stories"
KEPT_STORIES = 4
RUN, LAST_RUN = "run", "last_run"
PANEL = "open-run"  # the anchor of the panel that follows a run

STATE_WORDS = {
    "queued": "waiting",
    "running": "running",
    "finished": "finished",
    "failed": "failed",
    "cancelled": "cancelled",
    "interrupted": "interrupted",
}


def chosen_run(place: str) -> str | None:
    """Return the run in the URL, or the one last open at ``place`` in this session; the URL then names it again."""
    linked = address.text(RUN)
    if linked:
        st.session_state[f"{place}_{RUN}"] = st.session_state[LAST_RUN] = linked
        return linked
    kept: str | None = st.session_state.get(f"{place}_{RUN}")
    if kept:
        address.put(RUN, kept)
    return kept


def choose_run(place: str, run_id: str | None) -> None:
    """Open a run at ``place`` and put it into the URL; None closes the one that is open."""
    st.session_state[f"{place}_{RUN}"] = st.session_state[LAST_RUN] = run_id
    if run_id:
        address.put(RUN, run_id)
    else:
        address.drop(RUN)


def page_of(run: Run) -> str:
    """Return the page that follows a run."""
    return routes.EXPERIMENTS.path if run.experiment else routes.LAB.path


def way_to(run: Run | None) -> None:
    """Link to the open run, which is below all controls on a narrow screen.

    An ordinary run that has ended gets no link: the Results page shows it.
    """
    if run is not None and (run.experiment or run.state not in ENDED):
        on = "" if run.experiment else f" on {dataset_info(run.settings.dataset).title}"
        name = literal(f"{MODELS[run.settings.model].title}{on}")
        st.markdown(f"The open run of {name} is {STATE_WORDS[run.state]}. [Go to it](#{PANEL})")


def open_here() -> None:
    """Show the heading above the open run, the target of :func:`way_to`."""
    st.subheader("The open run", anchor=PANEL, divider="gray")


def story_of(run_id: str) -> Story:
    """Return the story of a run so far. Only new events are read; the story is kept in this session."""
    stories: dict[str, Story] = st.session_state.setdefault(STORIES, {})
    story = stories.pop(run_id, Story())
    story.add(archive.events(run_id, after=story.last))
    stories[run_id] = story
    while len(stories) > KEPT_STORIES:
        stories.pop(next(iter(stories)))
    return story


def follow(run: Run) -> None:
    """Draw a run, repeatedly while it is under way."""
    every = None if run.state in ENDED else EVERY_SECONDS
    st.fragment(_panel, run_every=every, key="follow")(run.id, run.state)


@errors_shown()  # the timer runs it without the page around it
def _panel(run_id: str, page_shows: RunState) -> None:
    run = archive.run(run_id)
    story = story_of(run_id)
    if run.state != page_shows:
        st.rerun()  # the whole page: it names the state, the buttons change, and at the end the timer stops
    headline(run, story)
    st.html(stepper(story, run))
    _progress(run, story)
    _curves(story, run.settings)


def headline(run: Run, story: Story) -> None:
    """Show which run this is, and its state."""
    st.markdown(f"Run `{run.id}`, {STATE_WORDS[run.state]}, {since(run)}")
    if run.state == "queued":
        st.info(waiting(run), icon=":material/hourglass:")
    elif run.state == "finished":
        took = f" in {numbers.duration(story.seconds)}" if story.seconds is not None else ""
        st.success(f"Finished{took}.", icon=":material/check_circle:")
    elif run.state in ("failed", "interrupted"):
        show_problem(run.message or f"The run was {run.state}.", run.advice)
    elif run.state == "cancelled":
        st.warning(
            literal(run.message) or "Cancelled. Everything measured before that is kept below.",
            icon=":material/cancel:",
        )


def waiting(run: Run) -> str:
    """Say how many runs come before it, and about how long they will take."""
    position, wait = archive.queue_position(run.id), archive.expected_wait(run.id)
    ahead = "It is next." if position in (None, 1) else f"{numbers.several(position - 1, 'run')} before it."
    about = f" About {numbers.duration(wait)} until it starts, if the machine is otherwise idle." if wait else ""
    return f"Waiting for its turn. {ahead}{about} It starts by itself; you may close this page."


def since(run: Run) -> str:
    """Say when a run was recorded (if it is shipped), started or, if it never started, submitted."""
    if run.origin == "recorded" and run.started_at:
        return f"recorded {numbers.ago(run.started_at)}"
    return f"started {numbers.ago(run.started_at)}" if run.started_at else f"submitted {numbers.ago(run.created_at)}"


def stepper(story: Story, run: Run) -> str:
    """Return the seven stages as an HTML list with marks: done, now, next or, in a broken run, where it stopped."""
    marks = {"done": "✓", "now": "●", "next": "○", "left out": "-", "stopped here": "✕", "not reached": "○"}
    items = []
    for stage in STAGES:
        state = story.state_of(stage)
        if run.state in ENDED:
            state = {"now": "stopped here", "next": "not reached"}.get(state, state)
        took = story.finished_stages.get(stage)
        tip = numbers.duration(took.seconds) if took else STAGE_WORDS[stage]
        style = "padding:2px 10px;border-radius:999px;border:1px solid;white-space:nowrap;font-size:0.85rem;"
        style += {"done": "opacity:0.85;", "now": "font-weight:700;", "stopped here": "font-weight:700;"}.get(
            state, "opacity:0.6;border-style:dashed;"
        )
        current = ' aria-current="step"' if state == "now" else ""
        items.append(
            f'<li style="{style}" title="{html.escape(tip)}"{current}>{marks[state]} {STAGE_TITLES[stage]}'
            f'<span style="position:absolute;clip-path:inset(50%)"> ({state})</span></li>'
        )
    row = "display:flex;flex-wrap:wrap;gap:6px;list-style:none;margin:0;padding:0"
    return f'<ol aria-label="Stages of the run" style="{row}">{"".join(items)}</ol>'


def _progress(run: Run, story: Story) -> None:
    """Show what is being done, how fast, and the time left; the bar has its place before anything is known."""
    if run.state != "running":
        return
    if story.stage is None:
        elapsed = (datetime.now(UTC) - (run.started_at or run.created_at)).total_seconds()
        st.progress(0.0, text=f":shimmer[Starting the worker process] ({numbers.duration(max(1, elapsed))})")
        return
    st.markdown(doing(story, of_repeats(story.repeat, run.settings)))
    st.progress(share(story), text=pace(story))


def doing(story: Story, repeat: str = "") -> str:
    """Describe the stage under way, with the run's own note; empty between two stages."""
    if story.stage is None:
        return ""
    text = f"**{STAGE_TITLES[story.stage]}{repeat}.** {STAGE_WORDS[story.stage]}"
    has_more = story.note and story.stage != "experiment"  # an experiment's note is its title
    return f"{text} *{literal(story.note)}*" if has_more else text


def of_repeats(repeat: int, config: RunConfig) -> str:
    """Return ", repeat 2 of 3", or "" if there is one seed."""
    return f", repeat {repeat + 1} of {config.repeats}" if config.repeats > 1 else ""


def share(story: Story) -> float:
    """Return the finished share of the stage, or of the file that it is downloading: 0 to 1."""
    if story.downloading:
        done, total = story.downloading.received, story.downloading.total
    else:
        done, total = (story.progress.done, story.progress.total) if story.progress else (0, 0)
    return min(1.0, done / total) if total else 0.0


def pace(story: Story) -> str:
    """Describe the progress of the stage, with its speed and time left if known, or of the file being downloaded."""
    if story.downloading:
        file = story.downloading
        return literal(numbers.download(file.file, file.received, file.total, file.bytes_per_second))
    done = story.progress
    if done is None:
        return "Under way"
    unit = " cells" if story.stage == "experiment" else " examples" if done.examples_per_second else ""
    parts = [f"{done.done:,} of {done.total:,}{unit}"]
    if done.examples_per_second:
        parts.append(f"{numbers.three(done.examples_per_second)} examples per second")
    if done.seconds_left is not None and done.done < done.total:
        parts.append(f"about {numbers.duration(max(1, round(done.seconds_left)))} left in this stage")
    return " · ".join(parts)


CURVES: dict[str, tuple[curves.Term, tuple[Variant, ...], str]] = {
    "Hard loss": ("hard", ("control", "distilled"), "Both against the true labels: the same measure for both."),
    "Soft loss": ("soft", ("distilled",), "How far the student is from the teacher. The control has no teacher."),
    "Total loss": (
        "total",
        ("control", "distilled"),
        "What each one minimises. The two are different mixtures, so their heights cannot be compared.",
    ),
    "Recovery": ("hard", ("recovered",), "The hard loss while the pruned student is trained again."),
    "Teacher": ("hard", ("teacher",), "The teacher's own training; empty if the teacher was kept from an earlier run."),
}
OF_STAGE: dict[Stage | None, str] = {"prepare": "Teacher", "teacher": "Teacher", "recover": "Recovery"}


def last_epoch(title: str, config: RunConfig) -> int | None:
    """Return where a curve's horizontal axis ends; None if the run's settings do not determine it."""
    return {"Recovery": config.epochs_after_pruning, "Teacher": None}.get(title, config.epochs)


def _curves(story: Story, config: RunConfig) -> None:
    """Draw the chosen loss, and validation accuracy by epoch.

    Until a curve is chosen, the one of the stage under way is drawn.
    """
    title = _pick_curve(story)
    losses, epochs = story.losses_of(story.repeat), story.epochs_of(story.repeat)
    term, variants, caption = CURVES[title]
    st.markdown(f"**{curves.TERM_TITLES[term]}**{of_repeats(story.repeat, config)}")
    glossary.explain(caption, "nats", "KL divergence")
    chart_view.show(
        curves.losses(losses, term, variants, last_epoch(title, config)),
        "live_losses",
        curves.losses_alt(losses, term, variants),
    )
    shown = [variant for variant in charts.COLOURS if epochs.get(variant)]
    st.markdown(f"**Validation accuracy**{of_repeats(story.repeat, config)}")
    st.caption("On examples that are not trained on. Epoch 0 is before training.")
    chart_view.show(curves.validation(epochs, shown), "live_validation", curves.validation_alt(epochs, shown))


def _pick_curve(story: Story) -> str:
    """Draw the control that chooses a curve.

    Its start value is part of its key, so a new stage draws a new control. If the value were set instead, a message
    that the browser sends meanwhile about the old one would count as a choice.
    """
    chosen = "live_curve_chosen"
    start: str = st.session_state.get(chosen) or OF_STAGE.get(story.stage, "Hard loss")
    picked = st.segmented_control(
        "Curve",
        list(CURVES),
        default=start,
        required=True,
        wrap=True,
        key=f"live_curve_{start}",
        label_visibility="collapsed",
        on_change=lambda: st.session_state.update({chosen: start}),
    )
    return picked or start


def status() -> None:
    """List the running and waiting runs in the sidebar, each as a link."""
    under_way = archive.list_runs(("queued", "running"))
    if not under_way:
        st.caption("No run is under way.")
    for run in reversed(under_way[-5:]):
        name = run.experiment.entry.title if run.experiment else MODELS[run.settings.model].title
        st.page_link(
            page_of(run),
            label=f"{STATE_WORDS[run.state].capitalize()}: {name}",  # a narrow sidebar cuts off the end
            icon=":material/play_circle:" if run.state == "running" else ":material/hourglass:",
            query_params={RUN: run.id},
        )
    if len(under_way) > 5:
        st.caption(f"and {len(under_way) - 5} more on the Runs page")
