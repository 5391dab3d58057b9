"""A run under way on a screen: its stages, its progress and its curves, drawn by our own component.

The browser takes the events from the run's stream, so following a run costs no script run. Where no stream comes
through, the script runs by a timer and hands over what there is.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from simulator.runs.records import ENDED, Run
from ui.figures import charts
from ui.figures.run import curves
from ui.following import drawing, stream
from ui.following.story import Story
from ui.kit.component import component

CHART = """
<div class="chart">
  <p class="title"></p><p class="caption">{caption}</p><div class="legend"></div>
  <svg class="plot" role="img"></svg><div class="tip" aria-hidden="true"></div>
</div>
"""
HTML = f"""
<div class="panel">
  <p class="headline" hidden></p>
  <p class="queue note" hidden></p>
  <p class="lost note" role="status" hidden>The connection to the server is lost. If it is still up, the run
    continues, and this page follows it again as soon as the server answers.</p>
  <ol class="steps" aria-label="Stages of the run"></ol>
  <p class="doing" hidden></p>
  <div class="pace" hidden></div>
  <progress max="1" aria-label="Progress of the stage" hidden></progress>
  <fieldset role="radiogroup" aria-label="Curve"></fieldset>
  {CHART.format(caption="")}
  {CHART.format(caption="On examples that are not trained on. Epoch 0 is before training.")}
</div>
"""
NO_STREAM = "no_stream"

CSS = "".join(Path(__file__).with_name(name).read_text("utf-8") for name in ("line_chart.css", "progress_view.css"))

_mount = component("progress", __file__, HTML, CSS, "line_chart.js")


def has_stream() -> bool:
    """Tell whether a stream reaches this browser: it says so once it has waited for one in vain."""
    return not st.session_state.get(NO_STREAM)


def show(run: Run, story: Story | None, whole: bool = True, cells: int | None = None) -> None:
    """Draw a run.

    Args:
        story: Its events so far, of a run that has ended or that no stream brings; None if the stream brings them.
        whole: Whether to draw the stages and the curves too, or only what is being done and how far it is.
        cells: How many of an experiment's cells the page shows. The script runs again when there are more.
    """
    streams = run.state not in ENDED and has_stream()
    if run.state == "queued":
        story = Story()
    data = {
        "stream": f"{stream.PATH}/{run.id}" if streams else None,
        "message": _message(run, story) if story is not None else None,
        "state": run.state,
        "cells": cells,
        "whole": whole,
        "curves": _curves(run),
        "looks": {
            variant: {"colour": colour, "dash": charts.DASHES[variant], "symbol": charts.SYMBOLS[variant]}
            for variant, colour in charts.COLOURS.items()
        },
    }
    _mount(
        f"progress_{run.id}",
        data,
        on_moved_change=lambda: None,  # the script runs again: that is all that is wanted
        on_stream_change=lambda: st.session_state.update({NO_STREAM: True}),
    )


def _message(run: Run, story: Story) -> dict[str, object]:
    return drawing.message(run, story, drawing.waiting(run), 0, drawing.points_so_far(story))


def _curves(run: Run) -> dict[str, dict[str, object]]:
    return {
        title: {
            "title": curves.TERM_TITLES[curve.term],
            "term": curve.term,
            "variants": list(curve.variants),
            "caption": curve.caption,
            "last_epoch": drawing.last_epoch(title, run.settings),
        }
        for title, curve in drawing.CURVES.items()
    }
