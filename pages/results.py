"""Results: everything that was measured in one run."""

from __future__ import annotations

import streamlit as st

from ui.kit import section_view
from ui.report.run import kept_stages
from ui.report.sections import COMPRESSION, sections
from ui.screens.results import open_run, take_home
from ui.shell.frame import need_frame
from ui.shell.guard import errors_shown
from ui.words import provenance

need_frame()
st.title("Results")
with errors_shown():
    run_id = open_run.open_run()
    if run_id is None:
        open_run.nothing_yet()
        st.stop()
    run, story = open_run.headline(run_id)
    provenance.provenance_badge(story.provenance, run, compact=True)
    for sentence in kept_stages(story):
        st.caption(sentence)
    if not story.measurements:
        open_run.not_measured(run)
        st.stop()

    for section in sections(run, story):
        section_view.draw(section)
        if section.title == COMPRESSION:
            take_home.write_notes(run)
            take_home.downloads(run, story.measurements)
