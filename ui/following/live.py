"""Which run is open, and the fragment that follows it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from simulator.catalog.models import MODELS
from simulator.data.own_data import dataset_info
from simulator.figures import numbers
from simulator.runs import archive
from simulator.runs.database.store import ENDED, Run, RunState
from ui.following import drawing, progress_view
from ui.following.story import Story
from ui.shell import address, routes
from ui.shell.guard import errors_shown, show_problem
from ui.shell.plain import literal
from ui.words import glossary

Shown = tuple[RunState, bool]

EVERY_SECONDS = 2.0  # where no stream comes through; each time costs a script run
STORIES = "stories"
KEPT_STORIES = 4
RUN, LAST_RUN = "run", "last_run"
PANEL = "open-run"  # the anchor of the panel that follows a run


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
        st.markdown(f"The open run of {name} is {drawing.STATE_WORDS[run.state]}. [Go to it](#{PANEL})")


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
    """Draw a run, and go on drawing it while it is under way."""
    repeatedly(_panel, run, "follow")(run.id, shown(run))


def repeatedly(panel: Callable[..., None], run: Run, key: str) -> Callable[..., None]:
    """Make a fragment of a panel that draws a run with :mod:`ui.following.progress_view`.

    While the run is under way, the script of the panel runs when the stream brings another state. Where no stream
    comes through, it runs by a timer.
    """
    by_timer = run.state not in ENDED and not progress_view.has_stream()
    return st.fragment(panel, run_every=EVERY_SECONDS if by_timer else None, key=key)


def shown(run: Run) -> Shown:
    """Return what the whole page must be drawn again for: it names the state, and only it can start the timer."""
    return run.state, progress_view.has_stream()


@errors_shown()  # it may run without the page around it
def _panel(run_id: str, page_shows: Shown) -> None:
    run = archive.run(run_id)
    if shown(run) != page_shows:
        st.rerun()
    is_streamed = run.state not in ENDED and progress_view.has_stream()
    story = None if is_streamed else story_of(run.id)
    ending(run, story)
    progress_view.show(run, story)
    glossary.explain("The losses are in nats.", "nats", "hard loss", "soft loss", "KL divergence")


def ending(run: Run, story: Story | None) -> None:
    """Say how a run ended, if it has."""
    if run.state not in ENDED:
        return
    st.markdown(f"Run `{run.id}`, {drawing.STATE_WORDS[run.state]}, {drawing.since(run)}")
    if run.state == "finished":
        took = f" in {numbers.duration(story.seconds)}" if story and story.seconds is not None else ""
        st.success(f"Finished{took}.", icon=":material/check_circle:")
    elif run.state == "cancelled":
        st.warning(
            literal(run.message) or "Cancelled. Everything measured before that is kept below.",
            icon=":material/cancel:",
        )
    else:
        show_problem(run.message or f"The run was {run.state}.", run.advice)


def status() -> None:
    """List the running and waiting runs in the sidebar, each as a link."""
    under_way = archive.list_runs(("queued", "running"))
    if not under_way:
        st.caption("No run is under way.")
    for run in reversed(under_way[-5:]):
        name = run.experiment.entry.title if run.experiment else MODELS[run.settings.model].title
        st.page_link(
            page_of(run),
            label=f"{drawing.STATE_WORDS[run.state].capitalize()}: {name}",  # a narrow sidebar cuts off the end
            icon=":material/play_circle:" if run.state == "running" else ":material/hourglass:",
            query_params={RUN: run.id},
        )
    if len(under_way) > 5:
        st.caption(f"and {len(under_way) - 5} more on the Runs page")
